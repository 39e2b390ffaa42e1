"""Each mistake that an operator can make is told with its file, line, matter and remedy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from node.quarter.files import FileError, QuarterFiles, read_quarter
from node.quarter.files.source import BYTES_MAX
from tests.quarter.conftest import SMALL, read_well

Spoil = Callable[[str, str, str], list[FileError]]

MISTAKES = [
    # file, what stands there, what is written instead, what stands in the line that is told
    # ("" for the changed line itself, None for the whole file), a part of what is told
    ("quarter.toml", 'name = "Lindenhof"', "", "[quarter]", "„name“ fehlt"),
    ("quarter.toml", '"Europe/Berlin"', '"Mars/Olympus"', "", "Zeitzone „Mars/Olympus“"),
    ("quarter.toml", '"Europe/Berlin"', '"../../etc/passwd"', "", "Zeitzone"),
    ("quarter.toml", '"NW"', '"XX"', "", "Bundesland „XX“"),
    ("quarter.toml", '"09:00-14:00", "18:00', '"09:00-14:00", "13:00', "", "überschneiden"),
    ("quarter.toml", '"09:00-14:00"', '"14:00-09:00"', "", "endet nicht nach dem Anfang"),
    ("quarter.toml", '"09:00-14:00"', '"9 bis 14"', "", "keine Zeitspanne"),
    ("quarter.toml", '"09:00-14:00"', '"09:00-25:00"', "", "keine Uhrzeit"),
    ("quarter.toml", "sat-sun =", "fri-sun =", "", "hat schon Zeiten"),
    ("quarter.toml", "sat-sun =", "sonnabend =", "", "kein Wochentag"),
    ("quarter.toml", "day = 2026-12-24", 'day = "2026-02-29"', "", "gibt es nicht"),
    ("quarter.toml", "day = 2026-12-25", "day = 2026-12-24", "", "steht schon in quarter.toml:29"),
    ("quarter.toml", 'key = "open"', 'key = "private"', "", "steht schon in quarter.toml"),
    ("quarter.toml", "day = 2026-12-24", "day = 2026-02-30", "", "kein gültiges TOML"),
    ("quarter.toml", "adult_night = 3.00", "adult_night = -3.00", "", "negativ"),
    ("quarter.toml", "adult_night = 3.00", "adult_night = 3.005", "", "zwei Stellen"),
    ("quarter.toml", "adult_night = 3.00", "adult_night = inf", "", "keine Zahl"),
    ("quarter.toml", "room = 19", "room = 190", "", "liegt nicht zwischen 0 und 100"),
    ("quarter.toml", "[contact]", "[[contact]]", "", "eigener Abschnitt"),
    ("quarter.toml", 'source = "law"', 'source = "gesetz"', "", "kennt „gesetz“ nicht"),
    ("buildings.csv", "key,name,street", "key,nam,street", "key,nam,street", "Spalte „name“ fehlt"),
    ("buildings.csv", "B-BIR,", "B-AHO,", "", "steht schon in buildings.csv:2"),
    ("buildings.csv", "leaf,1,pine", "leaf,1,neongrün", "", "kennt „neongrün“ nicht"),
    ("buildings.csv", "B-BIR,Haus", "B BIR/..,Haus", "", "taugt nicht als Schlüssel"),
    ("flats.csv", "F-AHO-03,B-AHO", "F-AHO-03,B-ULME", "", "nennt „B-ULME“"),
    ("flats.csv", "F-BIR-03,B-BIR,B", "F-BIR-03,B-BIR,C", "", "keinen Aufgang „C“"),
    ("flats.csv", "62.5", "62qm", "", "keine Zahl"),
    ("flats.csv", "A,02,1,84,3", "A,02,1,84", "", "hat 6 Felder, die erste 7"),
    ("flats.csv", "62.5", '"62.5', "", "Anführungszeichen"),
    ("households.csv", "F-BIR-01", "F-BIR-99", "", "nennt „F-BIR-99“"),
    ("households.csv", "2015-07-15", "15.07.15", "", "kein Datum"),
    ("people.csv", "P-BILAL,", "P-ANNA,", "", "steht schon in people.csv:2"),
    ("people.csv", "anna@lindenhof.example", "anna bei lindenhof", "", "keine E-Mail-Adresse"),
    ("people.csv", "1961", "1061", "", "liegt nicht zwischen 1900 und 2199"),
    ("people.csv", "P-ANNA,H-AHO-02", "P-ANNA,H-AHO-77", "", "nennt „H-AHO-77“"),
    ("contracts.csv", "24.90", "-24.90", "", "negativ"),
    ("contracts.csv", "2022-01-01,2025-12-31", "2022-01-01,2021-12-31", "", "endet vor"),
    ("contracts.csv", "C-2,H-BIR-03", "C-2,H-AHO-02", "C-1,", "in dieser Zeit schon einen Vertrag"),
    ("staff.csv", "staff,demir", "resident,demir", "", "kennt „resident“ nicht"),
    ("staff.csv", "management,eva", "management,demir", "", "steht schon in staff.csv:2"),
    ("staff.csv", "S-EVA,", "P-ANNA,", "", "steht schon in people.csv:2"),
    ("outside_neighbours.csv", "P-ANNA", "P-NOBODY", "", "nennt „P-NOBODY“"),
    ("spaces/hofsaal.toml", '"B-AHO"', '"B-ULME"', "", "nennt „B-ULME“"),
    ("spaces/hofsaal.toml", "deposit = 100.00", "deposit = -1", "", "negativ"),
    ("spaces/hofsaal.toml", 'vat = "room"', 'vat = "raum"', "", "Steuersatz „raum“"),
    ("spaces/hofsaal.toml", "min = 120", "min = 900", "[times]", "länger als die längste"),
    ("spaces/hofsaal.toml", "hour = 26.00", "hour = -26.00", "", "negativ"),
    ("spaces/hofsaal.toml", 'for = "no_contract"', 'for = "contract"', "[[prices]]", "zwei Preise"),
    ("spaces/hofsaal.toml", '"private", "open"', '"private", "tanz"', "", "Zweck „tanz“"),
    (
        "spaces/hofsaal.toml",
        "before_hours = 0",
        "before_hours = 72",
        "[[cancellation]]",
        "Frist steht zweimal",
    ),
    ("spaces/hofsaal.toml", "[mark]", "[marke]", None, "hat kein Zeichen"),
    ("spaces/hofsaal.toml", 'key = "hofsaal"', 'key = "B-AHO"', "", "steht schon in buildings.csv"),
    (
        "spaces/werkraum.toml",
        'for = "no_contract"',
        'for = "outside"',
        "[horizon_days]",
        "steht kein Preis",
    ),
    (
        "spaces/gartenzimmer.toml",
        "turnover_minutes = 240",
        "turnover_minutes = 300",
        "turnover_minutes",
        "weniger",
    ),
    ("spaces/gartenzimmer.toml", "nights_max = 10", "nights_max = 0", "", "zwischen 1 und"),
    (
        "spaces/gartenzimmer.toml",
        '"beherbergungssteuer-dus"',
        '"kurtaxe"',
        "[stay]",
        "Abgabe „kurtaxe“",
    ),
    ("spaces/gartenzimmer.toml", "first_night = 99.00", "[[prices]]", "", "„first_night“ fehlt"),
    ("closures.ics", "LOCATION:B-BIR", "LOCATION:B-ULME", "", "weder ein Haus noch ein Raum"),
    ("closures.ics", "20261209", "20270229", "", "nicht lesbar"),
    ("closures.ics", "T140000", "T090000", "", "endet nicht nach"),
    ("closures.ics", "20261202T090000", "20270328T023000", "", "gibt es nicht"),
    ("closures.ics", "BEGIN:VCALENDAR", "BEGIN:KALENDER", None, "kein Kalender"),
    ("closures.ics", "UID:floor-2026@", "UID:painters-2026@", "", "steht zweimal da"),
    (
        "waste/B-AHO.ics",
        "FREQ=WEEKLY;UNTIL",
        "FREQ=SECONDLY;UNTIL",
        "",
        "versteht das Format nicht",
    ),
    ("waste/B-AHO.ics", "INTERVAL=2", "INTERVAL=0", "", "versteht das Format nicht"),
    ("history/reservations.csv", "R-1,hofsaal", "R-1,saal", "", "nennt „saal“"),
    ("history/reservations.csv", "P-ANNA,2026-11-07T15:00", "P-X,2026-11-07T15:00", "", "„P-X“"),
    ("history/reservations.csv", "2026-11-07T15:00", "2026-03-29T02:30", "", "Uhr vorgestellt"),
    (
        "history/reservations.csv",
        "2026-11-07T19:00",
        "2026-11-07T14:00",
        "",
        "nicht nach dem Anfang",
    ),
    (
        "history/reservations.csv",
        "12,open,cancelled",
        "12,open,confirmed",
        "",
        "Abgesagt sind genau",
    ),
    ("history/reservations.csv", "1,private,no_show", "1,open,no_show", "", "nicht vergeben"),
    ("history/reservations.csv", "25,private", "0,private", "", "liegt nicht zwischen 1"),
]


@pytest.mark.parametrize(("file", "old", "new", "at", "told"), MISTAKES)
def test_a_mistake_is_told_with_its_place(
    spoil: Spoil, file: str, old: str, new: str, at: str | None, told: str
) -> None:
    line = line_told(SMALL / file, old, new, at)
    errors = spoil(file, old, new)
    here = [error for error in errors if error.file == file and told in str(error)]
    assert here, [str(error) for error in errors]
    assert line in {error.line for error in here}, [str(error) for error in here]
    assert all(error.remedy for error in errors)


def line_told(path: Path, old: str, new: str, at: str | None) -> int:
    """Where the change is, the start of the calendar's appointment, or the place of `at`."""
    if at is None:
        return 0
    text = path.read_bytes().decode()
    spoilt = text.replace(old, new, 1)
    if at:
        return spoilt.count("\n", 0, spoilt.index(at)) + 1
    line = text.count("\n", 0, text.index(old)) + 1
    if path.suffix == ".ics":
        line = text.count("\n", 0, text.rindex("BEGIN:VEVENT", 0, text.index(old) + 1)) + 1
    return line


def test_everything_wrong_is_told_at_once(directory: Path) -> None:
    for file, old, new in [
        ("quarter.toml", "adult_night = 3.00", "adult_night = -3"),
        ("flats.csv", "62.5", "groß"),
        ("people.csv", "P-BILAL,H-AHO-02", "P-ANNA,H-NICHTS"),
        ("spaces/werkraum.toml", "hour = 5.00", "hour = -5.00"),
        ("waste/B-BIR.ics", "20261208", "20261308"),
    ]:
        path = directory / file
        path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))
    found = read_quarter(directory)
    assert isinstance(found, list)
    assert {error.file for error in found} == {
        "quarter.toml",
        "flats.csv",
        "history/reservations.csv",
        "people.csv",
        "spaces/werkraum.toml",
        "waste/B-BIR.ics",
    }
    assert [(e.file, e.line) for e in found] == sorted((e.file, e.line) for e in found)


def test_two_confirmed_reservations_of_one_room_do_not_overlap(directory: Path) -> None:
    path = directory / "history" / "reservations.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines.append(lines[1].replace("R-1", "R-9").replace("15:00", "18:00"))
    path.write_text("\n".join(lines), encoding="utf-8")
    found = read_quarter(directory)
    assert isinstance(found, list)
    assert [(e.file, e.line) for e in found if "schon vergeben" in str(e)] == [
        ("history/reservations.csv", 6)
    ]


def test_semicolons_a_byte_order_mark_and_windows_line_ends_are_fine(
    directory: Path, small: QuarterFiles
) -> None:
    for path in directory.glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace(",", ";").replace("24.90", "24,90")
        path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert read_well(directory) == small


def test_a_toml_file_with_a_byte_order_mark_is_fine(directory: Path, small: QuarterFiles) -> None:
    path = directory / "quarter.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_well(directory) == small


def test_latin_1_is_told_with_its_line_and_how_to_save_it(directory: Path) -> None:
    path = directory / "buildings.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    found = read_quarter(directory)
    assert isinstance(found, list)
    (error,) = [error for error in found if error.file == "buildings.csv"]
    assert error.line == 2
    assert "UTF-8" in error.message
    assert "CSV UTF-8" in error.remedy


def test_utf_16_tabs_and_null_bytes_are_told(directory: Path) -> None:
    flats = (directory / "flats.csv").read_text(encoding="utf-8")
    (directory / "flats.csv").write_bytes(flats.encode("utf-16"))
    households = (directory / "households.csv").read_text(encoding="utf-8")
    (directory / "households.csv").write_text(households.replace(",", "\t"), encoding="utf-8")
    (directory / "contracts.csv").write_bytes(b"key,household\n\0\n")
    found = read_quarter(directory)
    assert isinstance(found, list)
    told = {error.file: str(error) for error in found}
    assert "UTF-16" in told["flats.csv"]
    assert "weder durch Komma noch durch Strichpunkt" in told["households.csv"]
    assert "contracts.csv:2" in told["contracts.csv"]


def test_a_folder_a_pipe_and_a_broken_link_are_no_files(directory: Path) -> None:
    for name in ("flats.csv", "staff.csv", "closures.ics"):
        (directory / name).unlink()
    (directory / "flats.csv").mkdir()
    os.mkfifo(directory / "staff.csv")
    (directory / "closures.ics").symlink_to("nowhere.ics")
    found = read_quarter(directory)
    assert isinstance(found, list)
    assert {"flats.csv", "staff.csv", "closures.ics"} <= {error.file for error in found}


def test_a_file_of_absurd_size_is_not_read(directory: Path) -> None:
    with (directory / "people.csv").open("r+b") as file:
        file.truncate(BYTES_MAX + 1)
    found = read_quarter(directory)
    assert isinstance(found, list)
    assert "größer als 20 MB" in str(next(e for e in found if e.file == "people.csv"))


def test_unknown_columns_fields_and_files_are_warned_of_but_read_past(
    directory: Path, small: QuarterFiles
) -> None:
    path = directory / "flats.csv"
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([first + ",balcony", *(line + ",yes" for line in rest)]), "utf-8")
    space = directory / "spaces" / "werkraum.toml"
    space.write_text(
        space.read_text(encoding="utf-8").replace("seats = 4", "seats = 4\nchairs = 9")
    )
    (directory / "notes.txt").write_text("Bitte nicht stören", "utf-8")
    (directory / ".hidden").write_text("", "utf-8")
    found = read_well(directory)
    assert [(w.file, w.line) for w in found.warnings] == [
        ("notes.txt", 0),
        ("flats.csv", 1),
        ("spaces/werkraum.toml", 8),
    ]
    assert found.flats == small.flats


def test_without_files_there_is_a_list_of_what_is_missing(tmp_path: Path) -> None:
    found = read_quarter(tmp_path)
    assert isinstance(found, list)
    assert "quarter.toml" in str(found[0])
    missing = read_quarter(tmp_path / "nowhere")
    assert isinstance(missing, list)
    assert "gibt es nicht" in str(missing[0])


def test_only_the_place_the_houses_and_their_people_are_needed(tmp_path: Path) -> None:
    for name in ("quarter.toml", "buildings.csv", "flats.csv", "households.csv", "people.csv"):
        shutil.copyfile(SMALL / name, tmp_path / name)
    found = read_well(tmp_path)
    assert [found.staff, found.spaces, found.waste, found.closures] == [(), (), (), ()]


def test_too_many_errors_end_with_a_sentence(directory: Path) -> None:
    rows = "\n".join(f"F-{n},B-NIX" for n in range(900))
    (directory / "flats.csv").write_text(f"key,building\n{rows}", "utf-8")
    found = read_quarter(directory)
    assert isinstance(found, list)
    assert len(found) <= 501
    assert any("noch mehr davon" in str(error) for error in found)


def test_a_braces_in_a_value_does_not_break_its_message(spoil: Spoil) -> None:
    errors = spoil("flats.csv", "62.5", "{field}{nothing}")
    assert "{nothing}" in str(errors[0])
