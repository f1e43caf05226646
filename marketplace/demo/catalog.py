"""What the demo market sells, and to whom. Pure data: people, shops, services and "
"talks in four languages."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "th", "fa", "vi"]
Kind = Literal["video_call", "on_site", "goods"]
Side = Literal["customer", "provider"]


@dataclass(frozen=True, slots=True)
class Category:
    slug: str
    icon: str  # a symbol in static/brand/icons.svg
    names: dict[Language, str]


@dataclass(frozen=True, slots=True)
class Provider:
    slug: str
    name: str
    language: Language
    time_zone: str
    city: str
    about: str
    email: str
    owner: str  # the person's name
    phone: str  # E.164
    agent_email: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    key: str
    provider: str
    category: str
    title: str
    description: str
    price: int  # THB
    minutes: int
    kind: Kind
    scene: str  # for marketplace.demo.pictures.draw_scene


@dataclass(frozen=True, slots=True)
class Customer:
    email: str
    name: str
    language: Language
    time_zone: str
    phone: str  # E.164


@dataclass(frozen=True, slots=True)
class Conversation:
    service: str  # Service.key
    customer: str  # Customer.email
    language: Language
    lines: tuple[tuple[Side, str], ...]


BANGKOK, TEHRAN, SAIGON = "Asia/Bangkok", "Asia/Tehran", "Asia/Ho_Chi_Minh"

CATEGORIES: tuple[Category, ...] = (
    Category(
        "law",
        "cat-law",
        {
            "en": "Law and paperwork",
            "th": "กฎหมายและเอกสาร",
            "fa": "حقوقی و اسناد",
            "vi": "Pháp lý và giấy tờ",
        },
    ),
    Category(
        "lessons",
        "cat-lesson",
        {"en": "Lessons", "th": "เรียนและสอนพิเศษ", "fa": "آموزش و تدریس", "vi": "Học và gia sư"},
    ),
    Category(
        "food",
        "cat-food",
        {
            "en": "Food and catering",
            "th": "อาหารและจัดเลี้ยง",
            "fa": "غذا و پذیرایی",
            "vi": "Ẩm thực và đặt tiệc",
        },
    ),
    Category(
        "beauty",
        "cat-beauty",
        {"en": "Beauty and spa", "th": "สปาและความงาม", "fa": "زیبایی و اسپا", "vi": "Làm đẹp và spa"},
    ),
    Category(
        "health",
        "cat-health",
        {
            "en": "Health and movement",
            "th": "สุขภาพและออกกำลังกาย",
            "fa": "سلامت و ورزش",
            "vi": "Sức khỏe và vận động",
        },
    ),
    Category(
        "home",
        "cat-home",
        {"en": "Home and garden", "th": "บ้านและสวน", "fa": "خانه و باغچه", "vi": "Nhà cửa và sân vườn"},
    ),
    Category("repair", "cat-repair", {"en": "Repairs", "th": "งานซ่อม", "fa": "تعمیرات", "vi": "Sửa chữa"}),
    Category(
        "events",
        "cat-event",
        {
            "en": "Events and photos",
            "th": "งานเลี้ยงและถ่ายภาพ",
            "fa": "مراسم و عکاسی",
            "vi": "Sự kiện và chụp ảnh",
        },
    ),
    Category(
        "design",
        "cat-design",
        {
            "en": "Craft and design",
            "th": "งานฝีมือและออกแบบ",
            "fa": "هنر و طراحی",
            "vi": "Thủ công và thiết kế",
        },
    ),
)

PROVIDERS: tuple[Provider, ...] = (
    Provider(
        "siam-legal",
        "สยามลีกัล ที่ปรึกษากฎหมาย",
        "th",
        BANGKOK,
        "กรุงเทพมหานคร",
        "สำนักงานกฎหมายย่านสีลม ให้คำปรึกษามากว่า 15 ปี อธิบายเรื่องกฎหมายเป็นภาษาที่เข้าใจง่าย "
        "นัดคุยกับทนายผ่านวิดีโอคอลได้จากทุกที่ และบอกค่าใช้จ่ายให้ทราบก่อนเริ่มงานเสมอ",
        "provider@demo.example",
        "ธนกฤต วัฒนวงศ์",
        "+66812345601",
        "agent@demo.example",
        "พิมพ์ชนก แสงทอง",
    ),
    Provider(
        "baan-sabai",
        "บ้านสบาย นวดไทยและสปา",
        "th",
        BANGKOK,
        "เชียงใหม่",
        "ร้านนวดแผนไทยเล็ก ๆ ในสวน ใกล้ประตูท่าแพ หมอนวดทุกคนผ่านการอบรมและมีประสบการณ์ไม่ต่ำกว่า 5 ปี "
        "เราทำลูกประคบและน้ำมันสมุนไพรใช้เองทุกสัปดาห์",
        "baan-sabai@demo.example",
        "คำแก้ว อินต๊ะ",
        "+66812345602",
    ),
    Provider(
        "krua-khun-yai",
        "ครัวคุณยาย",
        "th",
        BANGKOK,
        "นนทบุรี",
        "อาหารไทยสูตรคุณยาย ทำสดวันต่อวัน รับจัดเลี้ยงตั้งแต่มื้อเล็กในบ้านไปจนถึงงานบริษัท และเปิดครัวสอนทำอาหารให้คนที่อยากทำกินเอง",
        "krua-khun-yai@demo.example",
        "วรรณา สุขเกษม",
        "+66812345603",
    ),
    Provider(
        "chang-jaidee",
        "ช่างใจดี บริการถึงบ้าน",
        "th",
        BANGKOK,
        "กรุงเทพมหานคร",
        "ทีมช่างประจำ ไม่ใช่ช่างจร ตรงเวลา ใส่ถุงเท้าเข้าบ้าน เก็บงานสะอาด แจ้งราคาก่อนลงมือทุกครั้ง และรับประกันงานซ่อม 90 วัน",
        "chang-jaidee@demo.example",
        "สมชาย พูนทรัพย์",
        "+66812345604",
    ),
    Provider(
        "khaneh-honar",
        "خانهٔ هنر اصفهان",
        "fa",
        TEHRAN,
        "اصفهان",
        "کارگاهی خانوادگی در نزدیکی میدان نقش جهان. خوشنویسی، سفال و قالی را همان‌طور که از "
        "پدرانمان یاد گرفته‌ایم "
        "آموزش می‌دهیم و سفارش می‌پذیریم.",
        "khaneh-honar@demo.example",
        "مهدی صالحی",
        "+989121234501",
    ),
    Provider(
        "zaferan",
        "آشپزخانهٔ زعفران",
        "fa",
        TEHRAN,
        "مشهد",
        "غذای خانگی ایرانی با زعفران قائنات و برنج هاشمی. برای مهمانی‌های خانوادگی و اداری "
        "سفارش می‌گیریم "
        "و غذا را گرم و به‌موقع می‌رسانیم.",
        "zaferan@demo.example",
        "مریم رضایی",
        "+989121234502",
    ),
    Provider(
        "parvaz",
        "آموزشگاه پرواز",
        "fa",
        TEHRAN,
        "تهران",
        "کلاس‌های خصوصی و آنلاین ریاضی، موسیقی و ترجمه با مدرس‌های باتجربه. جلسهٔ اول برای "
        "آشنایی و تعیین سطح است "
        "و برنامهٔ هر شاگرد جداگانه نوشته می‌شود.",
        "parvaz@demo.example",
        "نگار احمدی",
        "+989121234503",
    ),
    Provider(
        "bep-ba-lan",
        "Bếp Bà Lan",
        "vi",
        SAIGON,
        "Hà Nội",
        "Bếp gia đình ở phố Hàng Bồ, nấu phở và cỗ truyền thống đã ba đời. Nguyên liệu lấy từ "
        "chợ mỗi sáng, "
        "nước dùng ninh xương suốt đêm, không dùng bột ngọt.",
        "bep-ba-lan@demo.example",
        "Nguyễn Thị Lan",
        "+84912345601",
    ),
    Provider(
        "nha-minh-thu",
        "Nhà Minh Thư",
        "vi",
        SAIGON,
        "TP. Hồ Chí Minh",
        "Tiệm may đo và dịch vụ cho gia đình ở quận 3. Chúng tôi nhận ít đơn mỗi tuần để làm cho kỹ, "
        "hẹn đúng giờ và sửa miễn phí đến khi khách vừa ý.",
        "nha-minh-thu@demo.example",
        "Trần Minh Thư",
        "+84912345602",
    ),
    Provider(
        "lotus-studio",
        "Lotus Studio",
        "en",
        BANGKOK,
        "Bangkok",
        "A small studio of a photographer, a designer and an English teacher who share one "
        "bright room near Ari. "
        "We answer within a day, keep our promises on time and explain every step in plain words.",
        "lotus-studio@demo.example",
        "Anna Clarke",
        "+66812345605",
    ),
)

SERVICES: tuple[Service, ...] = (
    # Thai
    Service(
        "legal-consult",
        "siam-legal",
        "law",
        "ปรึกษากฎหมายกับทนายความ 30 นาที",
        "คุยกับทนายตัวต่อตัวผ่านวิดีโอคอล ไม่ว่าจะเป็นเรื่องหนี้สิน ที่ดิน แรงงาน หรือครอบครัว "
        "ส่งเอกสารให้ทนายอ่านก่อนได้ในแชต เพื่อใช้เวลาให้คุ้มที่สุด "
        "หลังคุยจบ เราสรุปทางเลือกและขั้นตอนต่อไปให้เป็นข้อความ "
        "ทุกเรื่องที่เล่าเก็บเป็นความลับ",
        900,
        30,
        "video_call",
        "law_consult",
    ),
    Service(
        "contract-review",
        "siam-legal",
        "law",
        "ตรวจร่างสัญญาและอธิบายทีละข้อ",
        "ส่งสัญญาเช่า สัญญาจ้าง หรือสัญญาซื้อขายมาให้เราอ่านก่อนเซ็น "
        "ทนายจะทำเครื่องหมายข้อที่เสียเปรียบ พร้อมเสนอถ้อยคำใหม่ "
        "แล้วนัดวิดีโอคอล 45 นาทีเพื่ออธิบายทีละข้อ "
        "ราคานี้สำหรับสัญญาไม่เกิน 15 หน้า",
        2500,
        45,
        "video_call",
        "contract",
    ),
    Service(
        "company-setup",
        "siam-legal",
        "law",
        "วางแผนจดทะเบียนบริษัทและภาษีเบื้องต้น",
        "เหมาะกับคนที่กำลังจะเริ่มธุรกิจและยังไม่แน่ใจว่าควรจดเป็นบริษัทหรือร้านค้า "
        "ทนายและนักบัญชีคุยกับคุณพร้อมกันในวิดีโอคอลเดียว "
        "คุณจะได้รายการเอกสาร ค่าธรรมเนียม และปฏิทินภาษีปีแรก "
        "ถ้าให้เราดำเนินการจดทะเบียนต่อ หักค่าปรึกษานี้คืนเต็มจำนวน",
        1800,
        60,
        "video_call",
        "accounting",
    ),
    Service(
        "thai-massage",
        "baan-sabai",
        "beauty",
        "นวดแผนไทย 90 นาที",
        "นวดกดจุดและยืดเส้นแบบเชลยศักดิ์ เน้นบ่า หลัง และขา "
        "บอกน้ำหนักมือที่ชอบได้ตลอดการนวด "
        "ก่อนเริ่มมีน้ำขิงอุ่นและล้างเท้าให้ "
        "ผู้ที่ตั้งครรภ์หรือเพิ่งผ่าตัด กรุณาแจ้งก่อนจอง",
        650,
        90,
        "on_site",
        "thai_massage",
    ),
    Service(
        "herbal-oil-spa",
        "baan-sabai",
        "beauty",
        "สปาน้ำมันสมุนไพรและลูกประคบ",
        "นวดน้ำมันมะพร้าวสกัดเย็นกลิ่นตะไคร้หรือดอกปีบ ตามด้วยลูกประคบร้อนที่เราห่อเองทุกเช้า "
        "ช่วยให้หลับสบายและคลายกล้ามเนื้อจากการนั่งทำงานนาน "
        "ใช้ผ้าและน้ำมันใหม่ทุกครั้ง "
        "มีห้องคู่สำหรับมาสองคน",
        1200,
        120,
        "on_site",
        "spa_oil",
    ),
    Service(
        "pad-thai-catering",
        "krua-khun-yai",
        "food",
        "ซุ้มผัดไทยกุ้งสดจัดเลี้ยง 30 ที่",
        "ยกเตากระทะเหล็กไปผัดสดหน้างาน แขกได้กินร้อน ๆ ทุกจาน "
        "รวมกุ้งสด เส้นจันท์ เครื่องเคียง จานชาม และพ่อครัวสองคน "
        "ทำสูตรมังสวิรัติและไม่ใส่ถั่วได้ กรุณาแจ้งล่วงหน้าหนึ่งวัน "
        "ส่งฟรีในกรุงเทพฯ และนนทบุรี",
        4500,
        180,
        "on_site",
        "pad_thai_catering",
    ),
    Service(
        "thai-cooking-class",
        "krua-khun-yai",
        "lessons",
        "เรียนทำแกงและผัดไทยในครัวคุณยาย",
        "เริ่มจากเดินตลาดเลือกวัตถุดิบ แล้วกลับมาตำพริกแกงเองในครัว "
        "ทำสามเมนู กินด้วยกันที่โต๊ะ และได้สมุดสูตรกลับบ้าน "
        "รับกลุ่มละไม่เกินหกคน ครูดูแลทั่วถึง "
        "เด็กอายุแปดขวบขึ้นไปเรียนพร้อมผู้ปกครองได้",
        1500,
        210,
        "on_site",
        "cooking_class",
    ),
    Service(
        "aircon-cleaning",
        "chang-jaidee",
        "repair",
        "ล้างแอร์และเช็กน้ำยา",
        "ล้างแผ่นกรอง คอยล์เย็น และถาดน้ำทิ้ง พร้อมวัดแรงดันน้ำยาและกระแสไฟให้ดูต่อหน้า "
        "ช่างปูผ้ากันเปื้อนและเก็บพื้นให้แห้งก่อนกลับ "
        "ราคานี้สำหรับแอร์ติดผนังไม่เกิน 18,000 บีทียู "
        "ถ้าน้ำหยดซ้ำภายใน 30 วัน กลับมาแก้ให้ฟรี",
        600,
        60,
        "on_site",
        "aircon_repair",
    ),
    Service(
        "house-cleaning",
        "chang-jaidee",
        "home",
        "แม่บ้านทำความสะอาดคอนโดครึ่งวัน",
        "ทำความสะอาดห้องนอน ห้องน้ำ ครัว และระเบียงสำหรับห้องไม่เกิน 60 ตารางเมตร "
        "แม่บ้านนำน้ำยาและอุปกรณ์มาเอง เลือกน้ำยากลิ่นอ่อนสำหรับบ้านที่มีเด็กหรือสัตว์เลี้ยงได้ "
        "มีรายการตรวจ 24 จุดส่งให้ดูหลังจบงาน "
        "ขอแม่บ้านคนเดิมในครั้งต่อไปได้",
        890,
        240,
        "on_site",
        "house_cleaning",
    ),
    Service(
        "tarot-reading",
        "baan-sabai",
        "health",
        "ดูไพ่ยิปซีและพูดคุยผ่อนคลายใจ",
        "แม่หมอใจดีเปิดไพ่ผ่านวิดีโอคอล ถามได้ทั้งเรื่องงาน ความรัก และการเงิน "
        "เราไม่ขู่และไม่ขายของแก้เคล็ด คุยกันเพื่อให้เห็นทางเลือกชัดขึ้น "
        "ถามต่อในแชตได้อีกสามข้อภายในเจ็ดวัน "
        "โปรดใช้วิจารณญาณในการรับฟัง",
        399,
        40,
        "video_call",
        "fortune_tarot",
    ),
    # Persian
    Service(
        "calligraphy",
        "khaneh-honar",
        "design",
        "سفارش تابلوی خوشنویسی نستعلیق",
        "بیت یا نام دلخواهتان را با مرکب و قلم نی روی کاغذ دست‌ساز می‌نویسیم. "
        "پیش از اجرا، طرح مدادی را در گفتگو می‌فرستیم تا نظر بدهید. "
        "اندازهٔ تابلو ۳۵ در ۵۰ سانتی‌متر است و با پاسپارتو تحویل می‌شود. "
        "زمان آماده‌شدن حدود ده روز است.",
        3200,
        30,
        "goods",
        "persian_calligraphy",
    ),
    Service(
        "pottery-class",
        "khaneh-honar",
        "lessons",
        "کارگاه سفالگری با چرخ",
        "در یک جلسهٔ سه‌ساعته، گل را ورز می‌دهید و اولین کاسهٔ خودتان را روی چرخ می‌سازید. "
        "به هیچ تجربه‌ای نیاز نیست و همهٔ ابزار و پیش‌بند با ماست. "
        "کار شما را لعاب می‌دهیم و می‌پزیم و دو هفته بعد تحویل می‌گیرید. "
        "هر گروه بیشتر از پنج نفر نیست.",
        1100,
        180,
        "on_site",
        "pottery",
    ),
    Service(
        "carpet-cleaning",
        "khaneh-honar",
        "home",
        "شست‌وشو و رفوی قالی دستباف",
        "قالی را از در خانه تحویل می‌گیریم و با شویندهٔ ملایم و آب سرد، دستی می‌شوییم. "
        "پیش از کار، ثبات رنگ را آزمایش می‌کنیم و از آسیب‌ها عکس می‌گیریم. "
        "رفوی ریشه و شیرازه در صورت نیاز با قیمت جداگانه اعلام می‌شود. "
        "این قیمت برای قالی شش‌متری است.",
        1400,
        120,
        "goods",
        "carpet_cleaning",
    ),
    Service(
        "saffron-feast",
        "zaferan",
        "food",
        "سینی زرشک‌پلو و کباب برای ده نفر",
        "زرشک‌پلوی زعفرانی با کباب کوبیده، گوجهٔ کبابی، ماست و سبزی خوردن. "
        "برنج را همان روز دم می‌کنیم و گوشت را از قصاب محله می‌گیریم. "
        "غذا در ظرف دردار و گرم به دستتان می‌رسد. "
        "اگر مهمان گیاه‌خوار دارید، کشک‌بادمجان جایگزین می‌کنیم.",
        2900,
        60,
        "goods",
        "saffron_rice",
    ),
    Service(
        "math-tutor",
        "parvaz",
        "lessons",
        "تدریس خصوصی ریاضی دبیرستان (آنلاین)",
        "جلسهٔ تصویری ۶۰ دقیقه‌ای با تختهٔ مشترک، برای پایه‌های دهم تا دوازدهم و کنکور. "
        "از جایی شروع می‌کنیم که شاگرد گیر کرده است و با مثال‌های ساده جلو می‌رویم. "
        "بعد از هر جلسه، تمرین و پاسخ‌نامه در گفتگو فرستاده می‌شود. "
        "ماهی یک بار هم گزارش پیشرفت برای والدین می‌نویسیم.",
        480,
        60,
        "video_call",
        "math_tutor",
    ),
    Service(
        "piano-lesson",
        "parvaz",
        "lessons",
        "کلاس پیانو برای کودکان و بزرگسالان",
        "آموزش پیانو از نت‌خوانی تا اجرای قطعه‌های ایرانی و کلاسیک. "
        "مدرس به خانهٔ شما می‌آید و برنامهٔ تمرین هفتگی می‌نویسد. "
        "برای شروع، یک کیبورد ساده هم کافی است. "
        "هر سه ماه یک اجرای دوستانه برای هنرجوها برگزار می‌کنیم.",
        750,
        60,
        "on_site",
        "piano",
    ),
    Service(
        "translation",
        "parvaz",
        "law",
        "ترجمهٔ مدارک فارسی به انگلیسی و تایلندی",
        "شناسنامه، مدرک تحصیلی و قرارداد را مترجم رسمی ترجمه و مترجم دوم بازخوانی می‌کند. "
        "عکس واضح مدارک را در گفتگو بفرستید تا قیمت دقیق و زمان تحویل را بگوییم. "
        "این قیمت برای هر صفحهٔ معمولی است. "
        "نسخهٔ مهرشده با پیک ارسال می‌شود.",
        550,
        30,
        "goods",
        "translation",
    ),
    Service(
        "flower-bouquet",
        "zaferan",
        "events",
        "دسته‌گل دست‌چین برای مهمانی",
        "هر صبح از بازار گل، گل‌های تازهٔ فصل را می‌چینیم و با کاغذ کرافت می‌پیچیم. "
        "رنگ دلخواه و مناسبت را بنویسید تا گل‌ها را هماهنگ کنیم. "
        "کارت کوچکی با دست‌خط خودمان هم همراه گل است. "
        "در مشهد همان روز تحویل می‌دهیم.",
        850,
        30,
        "goods",
        "flowers",
    ),
    # Vietnamese
    Service(
        "pho-kitchen",
        "bep-ba-lan",
        "food",
        "Nồi phở bò gia truyền cho 8 người",
        "Nước dùng ninh xương ống mười hai tiếng với quế, hồi và gừng nướng. "
        "Bếp gửi kèm bánh phở tươi, thịt bò thái mỏng, rau thơm, chanh và tương ớt tự làm. "
        "Chỉ cần đun sôi lại là ăn được, có tờ hướng dẫn trong hộp. "
        "Giao trong nội thành Hà Nội trước 7 giờ sáng hoặc 6 giờ chiều.",
        1250,
        30,
        "goods",
        "pho_kitchen",
    ),
    Service(
        "coffee-class",
        "bep-ba-lan",
        "lessons",
        "Học pha cà phê trứng và cà phê phin",
        "Buổi học nhỏ tại bếp, tối đa bốn người, pha tận tay từ khâu chọn hạt đến đánh kem trứng. "
        "Bạn được nếm ba loại hạt của Đắk Lắk, Cầu Đất và Sơn La. "
        "Cuối buổi có công thức in sẵn và một chiếc phin mang về. "
        "Có thể học bằng tiếng Việt hoặc tiếng Anh.",
        690,
        120,
        "on_site",
        "coffee",
    ),
    Service(
        "ao-dai",
        "nha-minh-thu",
        "design",
        "May đo áo dài lụa Hà Đông",
        "Chị Thư tư vấn chất liệu, màu và kiểu cổ hợp với dáng người và dịp mặc. "
        "Lấy số đo một lần, thử áo hai lần, sửa miễn phí đến khi vừa ý. "
        "Thời gian may khoảng mười ngày, may gấp xin nhắn trước. "
        "Khách ở xa có thể gửi số đo qua cuộc gọi video.",
        3600,
        60,
        "on_site",
        "tailor",
    ),
    Service(
        "nails-home",
        "nha-minh-thu",
        "beauty",
        "Làm móng tại nhà",
        "Thợ mang đủ dụng cụ đã tiệt trùng và hơn sáu mươi màu sơn ít mùi. "
        "Gói gồm ngâm tay thảo mộc, cắt da, sơn gel và vẽ hai ngón theo mẫu bạn chọn. "
        "Bong tróc trong bảy ngày được làm lại miễn phí. "
        "Đi hai người trở lên được giảm phí di chuyển.",
        420,
        75,
        "on_site",
        "nails",
    ),
    Service(
        "motorbike-service",
        "nha-minh-thu",
        "repair",
        "Bảo dưỡng xe tay ga tận nơi",
        "Thợ đến nhà hoặc chỗ làm thay nhớt, vệ sinh nồi, chỉnh phanh và kiểm tra ắc quy. "
        "Phụ tùng thay thế đều báo giá trước và đưa lại đồ cũ cho bạn xem. "
        "Giá đã gồm nhớt và công thợ cho xe dưới 150 phân khối. "
        "Bảo hành công thợ ba mươi ngày.",
        520,
        60,
        "on_site",
        "motorbike",
    ),
    Service(
        "garden-care",
        "nha-minh-thu",
        "home",
        "Chăm sóc ban công và sân vườn nhỏ",
        "Chúng tôi cắt tỉa, thay đất, bón phân hữu cơ và xử lý sâu bệnh không dùng thuốc mạnh. "
        "Trước khi đến, bạn gửi vài tấm ảnh để chúng tôi chuẩn bị đúng loại cây và chậu. "
        "Sau buổi làm có lịch tưới đơn giản dán ngay ngoài ban công. "
        "Có gói chăm hằng tháng cho khách quen.",
        780,
        150,
        "on_site",
        "garden",
    ),
    # English
    Service(
        "english-lesson",
        "lotus-studio",
        "lessons",
        "English conversation for work, one to one",
        "Fifty minutes of real talk by video call, built around your own meetings, emails and "
        "interviews. "
        "I correct gently, write the better sentence in the chat and send you a short list to practise. "
        "We start with a free ten-minute hello to find your level. "
        "Lessons can move to another time up to six hours before they start.",
        650,
        50,
        "video_call",
        "english_lesson",
    ),
    Service(
        "portrait-photos",
        "lotus-studio",
        "events",
        "Natural-light portrait session",
        "An easy hour in the studio or in the park next door, for one person, a couple or a "
        "small family. "
        "We plan clothes and mood together in the chat before the day. "
        "You choose fifteen pictures from an online gallery and get them retouched within five days. "
        "Prints and a small album can be added later.",
        2800,
        60,
        "on_site",
        "photography",
    ),
    Service(
        "garden-wedding",
        "lotus-studio",
        "events",
        "Small wedding by the water, styled and photographed",
        "For up to forty guests: a flower arch, chairs, an aisle and a photographer for four hours. "
        "We visit the place with you first and draw a simple plan with times. "
        "Flowers follow the season and your colours, and we take everything down afterwards. "
        "A deposit of 30 per cent holds the date.",
        38000,
        240,
        "on_site",
        "wedding",
    ),
    Service(
        "shop-website",
        "lotus-studio",
        "design",
        "A one-page website for your shop",
        "We talk for an hour by video call, then design and build one clear page with your "
        "photos, prices and map. "
        "It loads fast on a phone and comes in two languages of your choice. "
        "Two rounds of changes are included, and you own the files at the end. "
        "Most pages are ready in eight working days.",
        9500,
        60,
        "video_call",
        "web_design",
    ),
    Service(
        "morning-yoga",
        "lotus-studio",
        "health",
        "Gentle morning yoga, live online",
        "Start the day with forty-five minutes of slow stretching, breathing and balance. "
        "The class is for one to four people, so I can see you and offer an easier version of "
        "every pose. "
        "You need only a mat and two metres of floor. "
        "Please tell me about injuries in the chat before the first class.",
        350,
        45,
        "video_call",
        "yoga",
    ),
    Service(
        "phone-repair",
        "chang-jaidee",
        "repair",
        "เปลี่ยนแบตและจอมือถือ รอรับได้เลย",
        "เปลี่ยนจอแตก แบตเสื่อม หรือช่องชาร์จหลวม โดยช่างที่ซ่อมต่อหน้าคุณ "
        "ส่งรุ่นและรูปเครื่องมาในแชต เราแจ้งราคาอะไหล่ก่อนทุกครั้ง "
        "ข้อมูลในเครื่องอยู่ครบ ไม่ขอรหัสผ่านถ้าไม่จำเป็น "
        "รับประกันอะไหล่ 90 วัน",
        1290,
        60,
        "on_site",
        "phone_repair",
    ),
    Service(
        "dog-walking",
        "lotus-studio",
        "home",
        "Dog walking around Ari",
        "A calm forty-minute walk in the cool hours, one dog or two from the same home. "
        "I send a photo and a short note in the chat after every walk. "
        "Water, bags and a spare leash are always with me. "
        "The first time we meet together with you, so that your dog can decide too.",
        300,
        40,
        "on_site",
        "dog_walking",
    ),
    Service(
        "haircut-home",
        "baan-sabai",
        "beauty",
        "ตัดผมและจัดทรงถึงบ้าน",
        "ช่างผมประสบการณ์สิบปีไปตัดให้ถึงบ้านในตัวเมืองเชียงใหม่ เหมาะกับผู้สูงอายุและคุณแม่ลูกเล็ก "
        "คุยทรงที่อยากได้จากรูปในแชตก่อนวันนัด "
        "รวมสระ ตัด เป่า และเก็บเส้นผมให้เรียบร้อย "
        "ทำสีหรือยืดผมแจ้งเพิ่มได้ในวันเดียวกัน",
        450,
        60,
        "on_site",
        "haircut",
    ),
)

CUSTOMERS: tuple[Customer, ...] = (
    Customer("customer@demo.example", "สมหญิง ใจดี", "th", BANGKOK, "+66891112201"),
    Customer("ananda@demo.example", "อนันดา ศรีสุข", "th", BANGKOK, "+66891112202"),
    Customer("kanya@demo.example", "กัญญา ทองดี", "th", BANGKOK, "+66891112203"),
    Customer("sara@demo.example", "سارا کریمی", "fa", TEHRAN, "+989351112201"),
    Customer("reza@demo.example", "رضا محمدی", "fa", TEHRAN, "+989351112202"),
    Customer("linh@demo.example", "Phạm Thùy Linh", "vi", SAIGON, "+84981112201"),
    Customer("duc@demo.example", "Lê Minh Đức", "vi", SAIGON, "+84981112202"),
    Customer("james@demo.example", "James Walker", "en", BANGKOK, "+66891112204"),
)

CONVERSATIONS: tuple[Conversation, ...] = (
    Conversation(
        "legal-consult",
        "customer@demo.example",
        "th",
        (
            ("customer", "สวัสดีค่ะ อยากปรึกษาเรื่องเจ้าของหอไม่คืนเงินประกันค่ะ"),
            ("provider", "สวัสดีครับคุณสมหญิง ย้ายออกมานานหรือยังครับ และมีสัญญาเช่าอยู่ไหม"),
            ("customer", "ย้ายออกมาสองเดือนแล้วค่ะ มีสัญญากับรูปห้องตอนคืนกุญแจด้วย"),
            ("provider", "ดีมากครับ รบกวนส่งสัญญากับรูปมาในแชตนี้ ผมจะอ่านก่อนวันนัด"),
            ("customer", "ได้ค่ะ เดี๋ยวส่งให้เย็นนี้ สะดวกคุยวันไหนคะ"),
            ("provider", "พรุ่งนี้บ่ายสองโมงผมว่างครับ คุยผ่านวิดีโอคอล 30 นาทีน่าจะพอ"),
            ("customer", "บ่ายสองได้ค่ะ ต้องเตรียมอะไรเพิ่มไหมคะ"),
            ("provider", "เตรียมบัตรประชาชนกับหลักฐานการโอนเงินประกันไว้ก็พอครับ เดี๋ยวผมส่งนัดหมายให้กดเข้าได้เลย"),
            ("customer", "ขอบคุณมากค่ะ สบายใจขึ้นเยอะเลย"),
        ),
    ),
    Conversation(
        "aircon-cleaning",
        "ananda@demo.example",
        "th",
        (
            ("customer", "แอร์ที่ห้องมีน้ำหยดครับ ล้างอย่างเดียวจะหายไหม"),
            ("provider", "ส่วนใหญ่เกิดจากท่อน้ำทิ้งตันครับ ล้างใหญ่แล้วมักหาย ล้างครั้งล่าสุดเมื่อไหร่ครับ"),
            ("customer", "น่าจะเกินปีแล้วครับ มีสองเครื่อง"),
            ("provider", "สองเครื่อง 1,200 บาทครับ วันเสาร์สิบโมงเช้าช่างว่างพอดี"),
            ("customer", "ตกลงครับ คอนโดต้องแลกบัตรที่ล็อบบี้นะครับ"),
            ("provider", "รับทราบครับ ก่อนถึงสิบนาทีช่างจะทักมาในแชตนี้"),
        ),
    ),
    Conversation(
        "calligraphy",
        "sara@demo.example",
        "fa",
        (
            ("customer", "سلام، می‌خواستم بیتی از حافظ را برای سالگرد ازدواج پدر و مادرم سفارش بدهم."),
            ("provider", "سلام و درود، چه هدیهٔ قشنگی. کدام بیت را در نظر دارید؟"),
            ("customer", "«هرگز نمیرد آن‌که دلش زنده شد به عشق». تا دو هفتهٔ دیگر آماده می‌شود؟"),
            ("provider", "بله، ده روزه آماده است. زمینه را کرم می‌پسندید یا فیروزه‌ای؟"),
            ("customer", "کرم لطفاً. می‌شود قبل از اجرا طرحش را ببینم؟"),
            ("provider", "حتماً. طرح مدادی را پس‌فردا همین‌جا می‌فرستم تا نظر بدهید."),
            ("customer", "عالی است، خیلی ممنون."),
        ),
    ),
    Conversation(
        "math-tutor",
        "reza@demo.example",
        "fa",
        (
            ("customer", "سلام، پسرم پایهٔ یازدهم است و در مثلثات مشکل دارد."),
            ("provider", "سلام. نگران نباشید، خیلی‌ها همین‌جا گیر می‌کنند. آخرین نمره‌اش چند بود؟"),
            ("customer", "دوازده. امتحان بعدی سه هفتهٔ دیگر است."),
            ("provider", "پس پیشنهاد می‌کنم هفته‌ای دو جلسه داشته باشیم. عصرها چه ساعتی خانه است؟"),
            ("customer", "یکشنبه و سه‌شنبه بعد از ساعت پنج."),
            (
                "provider",
                "بسیار خوب، یکشنبه ساعت ۱۷:۳۰ جلسهٔ اول را می‌گذارم. لطفاً عکس برگهٔ امتحانش را بفرستید.",
            ),
            ("customer", "چشم، امشب می‌فرستم. سپاسگزارم."),
        ),
    ),
    Conversation(
        "ao-dai",
        "linh@demo.example",
        "vi",
        (
            ("customer", "Chào chị, em muốn may áo dài cho lễ ăn hỏi cuối tháng sau ạ."),
            ("provider", "Chào Linh, chúc mừng em nhé! Em thích màu gì và dáng truyền thống hay cách tân?"),
            ("customer", "Em thích màu xanh ngọc, dáng truyền thống, cổ cao vừa thôi ạ."),
            ("provider", "Màu đó lụa Hà Đông lên rất đẹp. Em qua tiệm lấy số đo được không?"),
            ("customer", "Thứ bảy này em rảnh, khoảng 10 giờ được không chị?"),
            ("provider", "Được em, chị giữ lịch 10 giờ sáng thứ bảy. Nhớ mang đôi giày em định đi nhé."),
            ("customer", "Dạ vâng, em cảm ơn chị nhiều."),
            ("provider", "Chị gửi em vài mẫu thêu trong chiều nay để em chọn trước."),
        ),
    ),
    Conversation(
        "english-lesson",
        "james@demo.example",
        "en",
        (
            (
                "customer",
                "Hi Anna, my wife starts a new job in March and would like to practise for meetings. "
                "Do you teach beginners?",
            ),
            (
                "provider",
                "Hello James! Yes, happily. Can she follow a slow conversation already, or shall we "
                "start from zero?",
            ),
            ("customer", "She understands a lot but is shy about speaking."),
            (
                "provider",
                "That is very common. We begin with short talks about her day, and I never interrupt "
                "to correct.",
            ),
            ("customer", "Sounds good. Would Thursday at 7 in the evening work for the free hello?"),
            (
                "provider",
                "Thursday at 19:00 is yours. I will send the appointment, just press the button when "
                "it turns green.",
            ),
            ("customer", "Perfect, thank you. She is looking forward to it."),
        ),
    ),
)
