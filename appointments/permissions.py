"""Who may do what with an appointment. Pure predicates on ids; the clock is the caller's."""

from appointments.enums import AppointmentStatus
from appointments.models import Appointment


def may_answer(appointment: Appointment, *, is_shop: bool, user_id: int) -> bool:
    """Whoever did not propose the pending time answers it; without one, the customer accepts."""
    if not appointment.is_live:
        return False
    if appointment.proposed_start is None:
        return user_id == appointment.customer_id and appointment.status == AppointmentStatus.SCHEDULED
    proposed_by_shop = appointment.proposed_by_id != appointment.customer_id
    return user_id == appointment.customer_id if proposed_by_shop else is_shop


def may_change(appointment: Appointment, *, is_shop: bool, user_id: int) -> bool:
    """Cancel and propose another time: both sides, while the appointment is live."""
    return appointment.is_live and (is_shop or user_id == appointment.customer_id)


def may_call(appointment: Appointment, *, user_id: int) -> bool:
    """The call has two people: whoever made the appointment, and the customer."""
    return user_id in (appointment.host_id, appointment.customer_id)
