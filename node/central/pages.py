"""The operator's pages as an application behind a gate of its own; no quarter's store is in it."""

from __future__ import annotations

from pathlib import Path

from litestar import Litestar
from litestar.di import Provide

from node.central import fleet as fleet_pages
from node.central import inviting
from node.central.fleet import Fleet
from node.central.operator import Operators
from node.store.backups import Backups
from node.sync import Sync
from node.web.bodies import BodyRequest
from node.web.errors import ERRORS
from node.web.gate import Gate
from node.web.metrics import Measured, metrics
from node.web.static import static_file
from node.web.storeless import storeless_house
from node.web.visit import HttpRequest, Visit

NAME = "Zentrale"
BODY_BYTES_MAX = 64 * 1024


def central_pages(
    folder: Path, fleet: Fleet, *, hosts: frozenset[str], metrics_from: frozenset[str]
) -> Gate:
    """The pages of a central whose quarters' directories lie in `folder`."""
    operators = Operators(folder)
    services = {
        Fleet: fleet,
        Operators: operators,
        Measured: Measured(
            lambda: [house.service(Sync) for house in fleet.houses],
            metrics_from,
            lambda: [each.tag for each in fleet.absent if each.tag],
            lambda: {each.service(Sync).tag: each.service(Backups).record for each in fleet.houses},
        ),
    }
    house = storeless_house(NAME, services)
    return Gate(central_app(), house, operators.find, hosts)


def central_app() -> Litestar:
    """The pages; a `Gate` around them puts the visit into each request."""
    return Litestar(
        route_handlers=[static_file, metrics, *fleet_pages.ROUTES, *inviting.ROUTES],
        dependencies={"visit": Provide(_visit_of, sync_to_thread=False)},
        exception_handlers=ERRORS,
        request_class=BodyRequest,
        request_max_body_size=BODY_BYTES_MAX,
        logging_config=None,
        openapi_config=None,
    )


def _visit_of(request: HttpRequest) -> Visit:
    visit: Visit = request.scope["visit"]  # type: ignore[typeddict-item]
    return visit
