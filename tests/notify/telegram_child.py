"""The child as it is, and apprise's own plugin for Telegram, at another address: the plugin has
the one of Telegram written into it.
"""

import sys

from apprise.plugins.telegram import NotifyTelegram

from hedgewatch.notify.apprise_child import main

if __name__ == "__main__":
    NotifyTelegram.notify_url = sys.argv[1]
    main()
