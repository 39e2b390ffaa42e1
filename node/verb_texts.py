"""What each verb says of itself with `--help`."""

from __future__ import annotations

from node.base.refusals import N_

DIRECTORY = N_("das Verzeichnis des Knotens; sonst QUARTIER_DATA, sonst {default}")
A_BOX = N_("die Box, deren Änderungen angehalten wurden")
WHICH = N_("welche davon, wo mehrere angehalten wurden")
WHY = N_("warum auf die Änderung verzichtet wird")
STATUSES = N_("""
Ende mit: 0 getan, 1 abgelehnt oder gescheitert (der Text sagt, warum und was hilft), 2 falsch
aufgerufen, 130 abgebrochen.
""")

SERVE = N_("""
Braucht einen Knoten im Verzeichnis (`quartier init`); eine leere Box zeigt ihre erste Seite. Die
Einstellungen stehen daneben in node.toml, siehe `quartier settings`. Strg-C und SIGTERM beenden
ihn sauber. Unter systemd nimmt er den Socket seiner Socket-Unit, sagt, wenn er bereit ist, und
antwortet dem Watchdog.
""")
CENTRAL = N_("""
Jedes Quartier hat ein eigenes Verzeichnis in DATA, mit node.toml und quarter.db. Alle Seiten gibt
es an der Adresse des ersten; `hosts` in jeder node.toml sagt, unter welchem Namen.
""")
INIT = N_("""
Macht das Verzeichnis, die Datenbank und den Schlüssel des Knotens. Danach: `quartier import`.
""")
IMPORT = N_("""
Alle Fehler werden auf einmal genannt, jeder mit Datei, Zeile und was hilft; bei einem Fehler ändert
sich nichts. Dieselben Dateien noch einmal ändern nichts. docs/import.md beschreibt sie. Halten Sie
den Knoten vorher an; `--check` geht jederzeit.
""")
FIRST_DAY = N_("""
Macht ein neues Passwort und zeigt es, einmal; das alte gilt dann nicht mehr. Für den ersten Tag,
und wenn jemand seines vergessen hat. Halten Sie den Knoten vorher an.
""")
DEMO = N_("""
Macht das Quartier beim ersten Start, dann laufen drei Knoten bis Strg-C. Die Daten bleiben.
""")
BACKUP = N_("""
Der Knoten darf weiterlaufen. Die Sicherung ist versiegelt (age): Das Notfallblatt öffnet sie auf
jeder Box, diese Box die eigene. Ohne DIR kommt sie an den eingestellten Ort, und nicht mehr nötige
gehen: Aus den letzten 24 Stunden, 14 Tagen und 8 Wochen bleibt je eine.
""")
DRILL = N_("""
Stellt sie an einem Ort daneben wieder her, vergleicht jede Tabelle und lässt den Doktor nachsehen.
Der Knoten darf weiterlaufen und tut jeden Monat dasselbe. Ende mit 1, wenn etwas verloren ginge.
""")
RESTORE = N_("""
Halten Sie den Knoten vorher an. Auf einer anderen Box als der, die die Sicherung gemacht hat, wird
nach dem Notfallblatt gefragt, oder es kommt aus --key oder einer Pipe. Der Knoten liest sofort und
schreibt wieder, wenn er einen anderen getroffen hat. Gibt es keinen anderen, lässt --alone ihn
sofort weitermachen, unter einem neuen Schlüssel.
""")
ALONE = N_("""
Für einen Knoten, der nach einer Wiederherstellung auf andere wartet, wo es keine gibt: Er nimmt
einen neuen Schlüssel und behält, was er schrieb. Halten Sie ihn vorher an. Sagen Sie das nie, wo
ein anderer Knoten lebt.
""")
INVITE = N_("""
Der Code gilt 15 Minuten, für eine Box. Läuft der Knoten, zeigt die Seite „Boxen“ einen.
""")
JOIN = N_("""
Macht diese Box zu einem Knoten des Quartiers; `quartier serve` holt dann alles herüber. Ein
abgebrochener Versuch darf mit demselben Code wiederholt werden.
""")
REVOKE = N_("""
Was die Box bisher sagte, bleibt; was sie später schreibt, zählt nicht. Das lässt sich nicht
zurücknehmen.
""")
SHEET = N_("""
Sein Geheimnis bringt das Quartier zurück, wenn alle Boxen weg sind, und öffnet alles. Es wird
einmal gezeigt, an der Box, die gegründet hat, und nirgends aufgehoben.
""")
REPLACE = N_("""
Fragt nach dem Notfallblatt, holt, was ein lebender Knoten oder die Zentrale hat, und nimmt Namen
und Aufgabe der kaputten Box. Ein abgebrochener Versuch geht weiter, wo er war.
""")
AUTHORITY = N_("""
Bei der Anmeldung: Die Zentrale benennt Boxen dann um und meldet sie ab; neue nimmt weiter der
Hauptknoten auf, solange sie zu erreichen ist. Mit --take bringt das Notfallblatt die Liste zurück,
an jeder Box.
""")
OPERATOR = N_("""
DATA ist das Verzeichnis der Zentrale, mit einem je Quartier darin. Zeigt ein neues Passwort für
ihre Seite aller Quartiere (/central), einmal; das alte gilt dann nicht mehr.
""")
NODES = N_("""
Name, Aufgabe, seit wann, und die Kennung. Läuft der Knoten, zeigt die Seite „Boxen“ dasselbe.
""")
SYNC = N_("""
status: was die Seite „Zustand“ sagt, von jeder anderen Box die Leitung, wann sie zuletzt gehört
wurde und was in beide Richtungen wartet; was angehalten wurde. Fragt den laufenden Knoten; von
einem, der steht, sagt es, was er zuletzt wusste. Ende mit 1, wenn etwas zu tun ist.
retry NAME: prüft noch einmal, was die Änderungen einer Box angehalten hat.
set-aside NAME --reason TEXT: lässt sie ohne diese eine Änderung weitergehen; die Begründung bleibt.
Für beides halten Sie den Knoten vorher an, oder nehmen Sie seine Seite „Zustand“.
""")
DOCTOR = N_("""
Vergleicht jede Zelle mit dem, was unterschrieben wurde, und sagt, was die Seite „Zustand“ sagen
würde. Halten Sie den Knoten vorher an. Ende mit 1, wenn etwas nicht stimmt.
""")
OPENAPI = N_("""
Dasselbe wie /api/openapi.json eines laufenden Knotens.
""")
