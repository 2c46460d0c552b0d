"""Every kind of long work, by the code that its row carries: what a worker can be asked to do."""

from collections.abc import Mapping
from typing import Final

from services import outputs
from services.base_adjustment.importing import IMPORT as BASE_ADJUSTMENT
from services.contributor_registration.importing import IMPORT as REGISTRATION
from services.contributor_status_change.importing import IMPORTS as STATUS_CHANGES
from services.remittance.arrivals_importing import IMPORT as ARRIVALS
from services.works.kinds import Kind

_IMPORTS: Final = (BASE_ADJUSTMENT, REGISTRATION, ARRIVALS, *STATUS_CHANGES.values())
_KINDS: Final = (
    *(kind for batch in _IMPORTS for kind in (batch.check, batch.take)),
    outputs.VOUCHER_PRINT, outputs.ROSTER_PRINT, outputs.LISTING_PRINT, outputs.LISTING_EXPORT,
)  # fmt: skip
KINDS: Final[Mapping[str, Kind]] = {kind.code: kind for kind in _KINDS}
