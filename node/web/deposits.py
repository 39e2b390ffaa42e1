"""How a deposit looks: a sentence of its state, and what was noted of it."""

from __future__ import annotations

from node.base.ids import id_text
from node.base.refusals import N_
from node.spaces import Deposit, DepositStage, How, StepKind
from node.web.showing import moment, money
from node.web.visit import Visit

HOWS = {
    How.TRANSFER: N_("Überweisung"),
    How.INVOICE: N_("Rechnung"),
    How.RECEIPT: N_("Beleg der Kasse"),
}
STATES = {
    DepositStage.NONE: ("over", N_("keine")),
    DepositStage.ASKED: ("requested", N_("noch nicht hinterlegt")),
    DepositStage.HELD: ("held", N_("hinterlegt")),
    DepositStage.SETTLED: ("over", N_("abgerechnet")),
}
STEPS = {
    StepKind.RECEIVED: N_("hinterlegt"),
    StepKind.RETURNED: N_("zurückgegeben"),
    StepKind.WITHHELD: N_("einbehalten"),
}


def deposit_rows(visit: Visit, deposit: Deposit) -> list[dict[str, str]]:
    """What there is to say of a deposit, line by line; nothing where there is none."""
    if deposit.stage is DepositStage.NONE:
        return []
    rows = [(N_("Kaution"), money(visit, deposit.asked_cents))] if deposit.asked_cents else []
    if deposit.stage is DepositStage.ASKED:
        rows.append((N_("Stand"), visit.say(N_("Sie wird bei der Ankunft hinterlegt."))))
    shown = [{"label": visit.say(label), "value": value} for label, value in rows]
    return shown + [
        {"label": each["what"], "value": each["text"]} for each in steps_of(visit, deposit)
    ]


def steps_of(visit: Visit, deposit: Deposit) -> list[dict[str, str]]:
    """The notes that count."""
    return [
        {
            "id": id_text(step.id),
            "what": visit.say(STEPS[step.kind]),
            "sum": money(visit, step.cents),
            "when": moment(visit, step.fact.at),
            "how": visit.say(HOWS[step.fact.how]) if step.fact.how else "",
            "number": step.fact.number,
            "words": step.words,
            "text": ", ".join(
                part
                for part in (
                    money(visit, step.cents),
                    moment(visit, step.fact.at),
                    visit.say(HOWS[step.fact.how]) if step.fact.how else "",
                    step.words,
                )
                if part
            ),
        }
        for step in deposit.steps
    ]
