"""What is said in more than one place where a reservation is not possible."""

from __future__ import annotations

from node.base.refusals import N_, Refusal

NOT_FOR_OUTSIDE = Refusal(
    "spaces.not_for_you",
    N_("Diesen Ort können nur Menschen buchen, die im Quartier wohnen."),
    N_("Der Service-Point sagt Ihnen, was für Sie möglich ist."),
    status=403,
)
ONLY_WITH_CONTRACT = Refusal(
    "spaces.not_for_you",
    N_("Diesen Ort können nur Haushalte mit Servicevertrag buchen."),
    N_("Der Service-Point sagt Ihnen, wie Sie einen bekommen."),
    status=403,
)
TAKEN = Refusal(
    "spaces.taken",
    N_("Da ist schon jemand."),
    N_("Wählen Sie eine der freien Zeiten daneben."),
)
NOT_THINKABLE = Refusal(
    "spaces.not_thinkable",
    N_("Für diese Zeit kann hier niemand etwas buchen."),
    N_("Bitte prüfen Sie das Datum. Länger als ein Jahr geht nicht auf einmal."),
    status=422,
    field="starts_at",
)
NO_PRICE = Refusal(
    "spaces.no_price",
    N_("Für Sie und diesen Zweck wird der Raum nicht vergeben."),
    N_("Der Service-Point sagt Ihnen, was möglich ist."),
    status=403,
)
