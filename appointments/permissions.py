"""Who may do what with an appointment. Pure predicates on ids."""

from appointments.models import Appointment


def may_answer(appointment: Appointment, *, is_shop: bool, user_id: int) -> bool:
    """Whoever did not propose the pending time answers it; without one, the customer accepts."""
    if appointment.proposed_start is None:
        return user_id == appointment.customer_id
    proposed_by_shop = appointment.proposed_by_id != appointment.customer_id
    return user_id == appointment.customer_id if proposed_by_shop else is_shop


def may_change(appointment: Appointment, *, is_shop: bool, user_id: int) -> bool:
    """Cancel and propose another time: both sides, while the appointment is live."""
    return appointment.is_live and (is_shop or user_id == appointment.customer_id)
