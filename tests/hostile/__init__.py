"""What strangers, neighbours and broken programs send, against a node on a real socket.

The laws' assertions are rewritten before anybody imports them, so that a breach shows what it saw.
"""

import pytest

pytest.register_assert_rewrite("tests.hostile.laws", "tests.hostile.routes")
