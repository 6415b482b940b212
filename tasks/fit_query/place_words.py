"""Word lists that `gazetteer.py` needs beside places.csv: what else a name may be, and what it is not.

ALSO_CALLED   forms of names in places.csv that it does not list: adjectives, spellings, spellings with blanks
EVERYWHERE    ways to say that the place does not matter
OUTSIDE       well-known places elsewhere, above all those whose spelling is near to a British one (Rome is
              not Frome, Cork is not York) or that contain one (New York), and parts of Britain that
              places.csv does not have (Exmoor, the Yorkshire Dales). Not a list of the world
ORDINARY      place names that are also ordinary words, first names or surnames
"""

from __future__ import annotations

from tasks.fit_query.words import word_set


def _names(listed: str) -> tuple[str, ...]:
    """Names of a list that has "|" or a new line between two."""
    return tuple(name.strip() for name in listed.replace("\n", "|").split("|") if name.strip())


# Only other forms of a name that places.csv has: a place by another name ("Stoke", "Pembs") is one that it
# does not have, and makes a question unsupported.
ALSO_CALLED = {
    "North East England": "north east of england",
    "North West England": "north west of england",
    "South East England": "south east of england",
    "South West England": "south west of england",
    "England": "english",
    "Northern Ireland": "northern irish|n ireland",
    "Stratford-upon-Avon": "stratford on avon",
    "Shetland Islands": "shetlands|the shetlands|shetland isles",
    "Orkney": "orkneys",
    "Channel Isles": "channel islands",
    "Isle of Wight": "i o w|isle of white",
    "Edinburgh": "edinborough",
    "Northamptonshire": "northhants",
}

EVERYWHERE = frozenset(
    _names(
        """
    uk|gb|the uk|the gb|britain|great britain|united kingdom|the united kingdom|nationwide|nation wide|anywhere
    everywhere|whole uk|the whole uk|whole of the uk|the whole of the uk|all of the uk|all over the uk|whole country
    the whole country|the country|country|all over the country|across the country|across the uk|any location
    all locations|any place|all areas|any area|anywhere in the uk|anywhere in britain|anywhere in the country
    national|nationally|british|british isles|the british isles|countrywide|country wide|uk wide|ukwide|all britain
    all of britain|whole of britain|all uk|u k|the u k|the nation|all regions|any region|every region|wherever
    no matter where
    """
    )
)

OUTSIDE = _names(
    """
    new york|new jersey|new england|new south wales|prince of wales|new hampshire|new york state|new zealand
    new delhi|paris|berlin|rome|cork|dublin|galway|kerry|mayo|sligo|donegal|wexford|kildare|limerick|waterford
    tipperary|wicklow|meath|cavan|clare|kilkenny|leitrim|longford|offaly|roscommon|westmeath|monaghan|laois|carlow
    drogheda|ireland|republic of ireland|lyon|nice|milan|turin|naples|genoa|venice|florence|sicily|malta|bari|pisa
    verona|bologna|ghent|bruges|brussels|antwerp|liege|essen|bonn|bremen|cologne|hanover|hamburg|munich|dresden
    leipzig|stuttgart|frankfurt|mainz|kiel|trier|ulm|lille|nantes|brest|tours|dijon|calais|marseille|bordeaux
    toulouse|rennes|reims|rouen|caen|cannes|nimes|normandy|brittany|madrid|barcelona|seville|valencia|malaga|granada
    bilbao|cadiz|lisbon|porto|faro|spain|portugal|france|germany|italy|oslo|bergen|norway|sweden|finland|denmark
    iceland|stockholm|malmo|copenhagen|helsinki|riga|tallinn|vilnius|warsaw|krakow|poland|prague|vienna|austria
    salzburg|graz|linz|geneva|zurich|basel|bern|berne|lucerne|lugano|switzerland|holland|belgium|netherlands
    the netherlands|amsterdam|rotterdam|the hague|utrecht|delft|leiden|greece|athens|crete|corfu|rhodes|cyprus|turkey
    istanbul|ankara|izmir|russia|moscow|ukraine|kiev|kyiv|odessa|minsk|romania|bulgaria|sofia|hungary|budapest
    croatia|split|serbia|belgrade|slovenia|bosnia|albania|kosovo|europe|asia|africa|america|usa|us|united states
    china|beijing|shanghai|hong kong|japan|tokyo|kyoto|osaka|korea|seoul|taiwan|taipei|india|delhi|mumbai|goa|chennai
    kolkata|pakistan|lahore|karachi|nepal|sri lanka|colombo|bali|java|jakarta|indonesia|malaysia|penang|singapore
    thailand|bangkok|vietnam|hanoi|laos|burma|iran|iraq|israel|haifa|jordan|syria|lebanon|beirut|dubai|qatar|doha
    oman|muscat|yemen|kuwait|saudi arabia|egypt|cairo|morocco|fez|tunis|tunisia|algeria|libya|sudan|ethiopia|kenya
    nairobi|uganda|tanzania|ghana|accra|nigeria|lagos|mali|chad|niger|senegal|angola|zambia|zimbabwe|harare|malawi
    namibia|botswana|south africa|cape town|durban|australia|sydney|melbourne|brisbane|adelaide|darwin|hobart
    canberra|tasmania|queensland|auckland|christchurch new zealand|canada|toronto|ottawa|montreal|quebec|ontario
    calgary|vancouver|nova scotia|mexico|cuba|havana|haiti|jamaica|panama|peru|lima|chile|bolivia|brazil|rio
    argentina|uruguay|ecuador|quito|colombia|bogota|venezuela|caracas|texas|ohio|maine|iowa|utah|idaho|nevada|arizona
    alaska|hawaii|oregon|kansas|dakota|indiana|illinois|georgia|florida|california|virginia|carolina|alabama|montana
    michigan|wisconsin|minnesota|louisiana|delaware|maryland|massachusetts|connecticut|vermont|missouri|kentucky
    tennessee|arkansas|oklahoma|colorado|wyoming|nebraska|pennsylvania|new mexico|chicago|detroit|houston|dallas
    austin|denver|seattle|las vegas|los angeles|san francisco|san diego|miami|orlando|tampa|atlanta|philadelphia
    baltimore|washington dc|washington d c|minneapolis|memphis|nashville|salem|buffalo|phoenix|tucson|gotham|narnia
    mordor|atlantis|hogwarts|camelot|wakanda|westeros|springfield|ambridge|the moon|mars|venus|jupiter|the shire
    rhode island|jersey city|new orleans|kansas city|salt lake city|mississippi|british columbia|manitoba|alberta
    saskatchewan|middle earth|gibraltar|falkland islands|the falklands|bermuda|greenland|antarctica|siberia|lapland
    faroe|madeira
    tenerife|exmoor|dartmoor|bodmin moor|cotswolds|the cotswolds|pennines|the pennines|new forest|the new forest
    the fens|fens|the broads|norfolk broads|the weald|chilterns|the chilterns|mendips|the mendips|quantocks
    yorkshire dales|the yorkshire dales|yorkshire wolds|north york moors|north yorkshire moors|south downs
    north downs|gower|the gower|gower peninsula|llyn peninsula|brecon beacons|bannau brycheiniog|cairngorms
    the cairngorms|kintyre|speyside|tyneside|wearside|clydeside|home counties|the home counties|west country
    the west country|midlands|the midlands|hebrides|the hebrides|inner hebrides|sherwood forest|isle of dogs
    isle of sheppey|isle of thanet|thanet|holderness|the fylde|the potteries|forest of dean|romney marshes
    salisbury plain|jurassic coast|thames estuary|somerset levels|lothian|lothians|the lothians|west wales|east wales
    central scotland|northern england|southern england|central england|western england|the north of england
    the south of england|northern scotland|southern scotland|newcastle under lyme|majorca|mallorca|menorca|ibiza
    lanzarote|canary islands|azores|sardinia|corsica|monaco|andorra|luxembourg
    stoke|southend|weston|stockton|clacton|bexhill|saltburn|barrow|letchworth|leamington|hemel|yorkshire and the humber
    yorkshire and humber|yorkshire and humberside|humberside
    """
)

ORDINARY = word_set(
    """
    alexandria angus avon bala barking barry bath battle beds boston bourne brandon broadway buckley bucks bures bury
    chard cheddar cowes crook currie deal denny diss dollar duns eye ferndale fleet flint freshwater gordon hamilton
    harris harrow hayes heriot hook hyde jersey keith kyle lancing leek lewis liss louth march mold montgomery mull
    nelson ni par pickering portland reading richmond ripley rugby rye sale sandwich sandy seaview settle stanley
    stone street wares ware washington wellington wells wick weston barrow stoke stockton english british
    hemel
    """
) | frozenset({"high peak", "mountain ash", "virginia water", "the lakes"})
