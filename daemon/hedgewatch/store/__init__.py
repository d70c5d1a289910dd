"""What must survive kill -9: the alerts as they stand and the notifications not yet delivered."""

from hedgewatch.store.errors import StoreBusyError, StoreError
from hedgewatch.store.rows import StoredDelivery
from hedgewatch.store.store import Store

__all__ = ["Store", "StoreBusyError", "StoreError", "StoredDelivery"]
