from allauth.account import forms as allauth


class LoginForm(allauth.LoginForm):
    pass


class SignupForm(allauth.SignupForm):
    pass
