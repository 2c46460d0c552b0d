"""How a change of an amount is written (差额): with its sign, and none where nothing changes."""

from decimal import Decimal


def signed(yuan: Decimal) -> str:
    """Return 1182 as +1,182.00, -1440 as -1,440.00 and 0 as 0.00."""
    return f"{yuan:+,.2f}" if yuan else "0.00"
