"""Misspelt words of the lexicon: one slip up to seven letters, two from eight; the first letter is right.

Four-letter words are corrected only where a letter is missing or two are swapped ("undr", "wnid"), because
a changed letter makes another word too often. REAL words are never taken for misspellings.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

REAL_WORDS = """
    plans plane planes planet planets plain plait giant slant paint form forms firm firms farmer farmers farmed
    farming harm arms fame window windows winding windy winter wine winner sight sights sits sire mite kite rite
    state states stake station's unites united untie unity built build builds building buildings guild court
    county counter country counts pound power tower lower flower slower towers powers wonder under thunder
    sunder order older elder border other others mother bother brother since sincere rinse wince first fist
    thirst hydra hydrant hybrid hydrate solo polar molar turban turbo turbot turbulent array arrays affray
    betray range ranger rang grange orange change strange small smell stall shall mall large lager barge charge
    largely bigger trigger digger digester's rate rates race rated rather gate date late fate hate mate crate
    grate trade medium tedium score scored sport sports sort sorts sorter short shorts snort spot spots shot
    soot most moist must post posted poster lost cost host coast roast least feast beast east leased last lasted
    past paste latest lattes latter later lately newest new next text nest west pest best rest test older oldest
    folder holder colder bolder golden golder count counted counting counties country mount amount fount founts
    account total totals totally tonal vocal local loyal royal mean meant means meaner meat leans leaves leave
    lift lefty left loft years year yearn yearns pears bears tears fears hears dears ears rears gears wears
    months mouths moths monthly expert expects expect expel expense expenses express expand expanding excite
    remains remained remaining retaining regaining reminding remind remand repair repairs report reports
    regional religion religions legion legions reason reasons season region's income incoming welcome outcome
    earn learn yearn barn darn earth early earlier pearl compare compared compere prepare prepared company
    complain computer compete compile complete completed capacity capability caption captain capital after alter
    afters daughter rafter laughter before become belong below bellow yellow fellow follow above about abode
    abort shout scout around aground ground round rounds sound bound found pound wound mound between betweens
    beneath breath breathe until unit units unite untied unlit over overs oven ovens ever even event events
    cover covers lover mover rover hover upto upon open opens input output panels panel pane panes planes camel
    pastel parcel pencil plants plant pants plates plate plaster planted planting systems system sister sisters
    schemes scheme scene scenes schema screen sites site cities suites spites bites kites wind's wild will wills
    mind kind find bind rind hind wide wider widen tide ride hide side sides solar's molar collar scholar dollar
    hydro's maximal minimal minimise maximise minister minor mining mini maxim tariff's sheriff triff trifle
    triple exact exactly extract exam react some same sane sand send sent share shares shore shade shape sharp
    chart charts smart start starts started starter roof root rook room boom bloom none nine noun nope done gone
    bone zone tone nearly near fear clear gear year rear hear more mores core bore fore sore wore tore lore pore
    less lets legs lass loss mess bless than then that thank thanks them north south southern northern western
    eastern grouped groups grouse croup group ground spilt split spit spilled ranked ranks rank bank thank blank
    drank tanks newer never fewer sewer viewer newest connected collected corrected connect connects collect
    correct erected elected rejected directed opened opens opener instead install installs installing installer
    installed instant instance completed complete completes competed complexes registered register registers
    registrar wave waves wage save blade blades black blank number numbers member members timber lumber quarter
    quarters hospitals hospital hospice churches church wood woods food mood would could should homes home hope
    hoped house houses horse mouse trend trends friend friends spend send storage stage shortage coast coastal
    cost water waiter later waste wafer steam stream team teams height weight eight right light night carbon
    cartoon canon oil soil coil foil fitted fits fit sit hit bit lit pit fitting named name games places place
    palace plaice sheep sleep steep sweep wheat heat cheat hotel motel market markets marked tidal total bridal
    bridge bridges spares spare parts part parted parties retain retained menny stocks
    directors director directory shopping shipping skiing stopping dropping hopping swears wears
"""
REAL = frozenset(REAL_WORDS.split())


def nearest(word: str, vocabulary: Sequence[str]) -> str | None:
    """The word of `vocabulary` that `word` misspells, or None when there is none or two are equally near."""
    if word in REAL:
        return None
    slips = 1 if len(word) < 8 else 2
    found = extract(word, vocabulary, scorer=OSA.distance, score_cutoff=slips, limit=6)
    near = [(distance, known) for known, distance, _ in found if _is_slip(word, known, int(distance))]
    if not near:
        return None
    least = min(near)[0]
    best = [known for distance, known in near if distance == least]
    stems = {known.rstrip("s") for known in best}
    return min(best, key=lambda known: (abs(len(known) - len(word)), known)) if len(stems) == 1 or least == 1 else None


def _is_slip(word: str, known: str, distance: int) -> bool:
    if word[0] != known[0] and word[:2] != known[1::-1]:
        return False
    if len(known) > 4 and len(word) > 4:
        return not (distance == 2 and len(known) < 8)
    if sorted(word) == sorted(known):
        return True
    return len(known) > len(word) >= 4 or (len(word) > len(known) == 4 and _doubled(word, known))


def _doubled(word: str, known: str) -> bool:
    """ "winnd", "solaar": a letter typed twice."""
    return any(word[at] == word[at - 1] and word[:at] + word[at + 1 :] == known for at in range(1, len(word)))
