"""The description is true: whatever a program sends, each answer is one that stands there.

Schemathesis makes requests of the description, good ones and bad ones, at a node on a real socket,
once for everybody who may be there.
"""

from __future__ import annotations

import json
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings

from node.api import openapi_text
from node.base.actors import Face
from tests.hostile.laws import check_log
from tests.hostile.live import LiveNode
from tests.hostile.town import token_of

EXAMPLES = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def described(who: str) -> Any:
    """The API as somebody sees it who sends their session's token."""
    api = schemathesis.openapi.from_dict(json.loads(openapi_text()))
    # What can be read and makes no sense, such as a pass that is none, no schema can tell.
    accepted = api.config.checks.positive_data_acceptance
    accepted.expected_statuses = [*accepted.expected_statuses, "422"]
    if who != "nobody":

        @api.auth()
        class Session:
            def get(self, _case: Any, _context: Any) -> str:
                return token_of(who, Face.API)

            def set(self, case: Any, data: str, _context: Any) -> None:
                case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}

    # It would end the session of everybody else's requests; `test_writes.py` signs out.
    return api.exclude(method="DELETE")


def conforms(case: Any, live: LiveNode) -> None:
    case.call_and_validate(base_url=live.address)
    check_log(live, str(case))


@described("anna").parametrize()
@EXAMPLES
def test_every_answer_to_a_resident_is_described(case: Any, live: LiveNode) -> None:
    conforms(case, live)


@described("clara").parametrize()
@EXAMPLES
def test_every_answer_to_who_has_no_contract_is_described(case: Any, live: LiveNode) -> None:
    conforms(case, live)


@described("demir").parametrize()
@EXAMPLES
def test_every_answer_to_staff_is_described(case: Any, live: LiveNode) -> None:
    conforms(case, live)


@described("nobody").parametrize()
@EXAMPLES
def test_every_answer_to_a_stranger_is_described(case: Any, live: LiveNode) -> None:
    conforms(case, live)
