"""What words and phrases stand for: `lexeme classes`, as data. Rules are patterns over these classes.

    PHRASES   {class: phrases}; "|" or a line break between phrases, "=" and a value behind a phrase where
              the class carries one ("newest=commissioning_date desc")
    Phrases are compared by lower-case words without apostrophes. Longer phrases win.

Comparatives ("no bigger than") are composed in `comparisons`, because each is said in a dozen ways.
"""

from __future__ import annotations

MORE_WORDS = "more greater bigger larger higher stronger"
LESS_WORDS = "less fewer smaller lower weaker littler"

PHRASES: dict[str, str] = {
    "ANNUAL": "annual|per annum",
    "MORE": """
        at very least
        more big than|more large than|more great than|more powerful than|more high than|not less big than
        over|above|ovr|abv|abve|mor than|mor then|at least|atleast|at lest|atlest|at the very least|min|minimum
        minimum of|a minimum of|at minimum|exceeding|exceeds|exceed|in excess of|upwards of|upward of|starting at
        starting from|north of|beyond|never under|never below
        at or above|equal or above|gt|gte|ge|topping|surpassing|equal to or above
        over and above|o/
        from at least|min of|min size|minimum size|minimum capacity|min capacity
        lower limit|lower limit of|lower bound|floor of|breaking|clear of|isnt under|isnt below
        arent under|arent below|is not under|are not under|is no smaller than
        nor anything smaller than
        nor anything under|nor anything below|dont want anything under|dont want anything below
        dont want anything smaller than|nor anything less than|abune|aboon
        clears|that clear|gets past|get past|got past|owt over|ower
        mroe than|doesnt fall short of|dont fall short of|does not fall short of|not falling short of
        not a kilowatt under
        not a kilowatt less than|not a kw under
        at or over|superior to
        counting nothing under
        counting nothing smaller than
        that beat|which beat|that exceed|which exceed
    """,
    "LESS": """
        more small than|more little than|less big than|less large than|less powerful than|not as big as|not so big as
        under|below|undr|blw|les than|les then|beneath|at most|atmost|up to|upto|up to and including|max|maximum
        maximum of|a maximum of|at maximum|never over|never above
        lt|lte|le|capped at|limited to|u/|south of|not exceed
        does not exceed|does not go above|do not go above|doesnt go above|dont go above|not go above|not go over
        does not go over|do not go over|doesnt go over|dont go over|does not top|do not top|doesnt top|dont top
        doesnt exceed|dont exceed|do not exceed|at or below|at or under|at the very most|at very most
        equal or below|equal to or below
        less or equal|shy of|short of|topping out at|maxing out at|max of|max size|maximum size
        maximum capacity|max capacity|upper limit|upper limit of|upper bound|ceiling of|cap of|sub|that dont exceed
        up to but not over|up to but not above|up to but no more than|up to but not exceeding|up to but not beyond
        up to and not over|up to and no more than|and up to|but up to|maxed at|none exceed
        none exceeds|isnt over|isnt above|arent over
        arent above|is not over|are not over|is no bigger than|dont want anything bigger than|dont want anything over
        dont want anything above|dont want anything larger than|nor anything bigger than|nor anything over
        nor anything above|nor anything larger than
        tops out at|top out at|maxes out at|max out at|a ceiling of|nae mair than
        naethin ower|naething ower|nothing ower
        doesnt go past|dont go past
        not a kilowatt over|not a kilowatt more than|not a kw over
        inferior to|until maximal|until max|until maximum|maximal
        without going over
        counting nothing bigger than|counting nothing over|up 2|upto maximum
        never past|owt up to|anything up to
        that top out at|which top out at|that max out at|that tops out at
    """,
    "MORE_AFTER": """
        as the floor|as a floor|as the minimum|as a minimum|is the minimum|is the floor|is our minimum|is my minimum
        as our minimum|as my minimum|as the lower limit|being the minimum
        an over|an above|an up|nd over|nd above
        or more|or above|or over|and above|and over|and up|and upward|and upwards|upwards|upward|or bigger|or larger
        or greater|or higher|or up|or upwards|and more|and bigger|and larger|and greater|and higher|at the least
        or better|or mair|n up|n above|n over|or beyond|and beyond|& up|& above|& over|or longer
        mark or beyond|mark or above|mark and above|mark or over|an ower|and ower|or ower
        being the least|being the very least|as the very least|at the lower end
        or heftier|is her floor|is his floor|is our floor|is my floor|floor|or north of that|or better again
        bottom limit|lower limit|or chunkier|or beefier|and beyond that|or past that
        or more on the tariff|or more on the fit|or more on the clock|or more on their tariff|or more on their fit
    """,
    "LESS_AFTER": """
        as the ceiling|as a ceiling|as the maximum|as a maximum|is the maximum|is the ceiling|is our maximum
        is my maximum|as our maximum|as my maximum|as the limit|as a limit|as the upper limit|as the cap|is the limit
        is our limit|is my limit|being the maximum
        or less|or smaller|or under|or below|and under|and below|or lower|or fewer|and down|and less|and smaller
        and lower|tops|at the most|or downwards|and downwards|downwards|n under|n below|& under|& below|or beneath
        or shorter|or sooner|or thereunder
        at the outside|at the very outside|at a push|at a stretch
        being the most|being the very most|at the upper end
        is her ceiling|is his ceiling|is our ceiling|is my ceiling|ceiling|or littler|or south of that
        is his limit|is her limit
        or less on the tariff|or less on the fit|or less on the clock|or under on the tariff|or under on the fit
        or less on their tariff|or less on their fit
    """,
    "BETWEEN": """
        between|btwn|btw|bw|b/w|btween|betw|bet|in between|anywhere between|somewhere between|anything between|betwixt
        ranging from|range of|in the range of|in the range|ranging
        betwn
    """,
    "FROM": "from",
    "TO": """
        to|thru|through|all the way to|all the way up to|right up to
        tae
    """,
    "ABOUT": """
        getting on for|within a whisker of|nigh on|in or around
        ballpark|ball park|in the ballpark of|ballpark of|around|about|abt|roughly|approx|approximately|aprox
        approximatly
        circa|ca|in the region of|somewhere around
        something like|somewhere near|nearly|more or less|in the neighbourhood of|in the order of|of the order of
        in the vicinity of|close on|round about|roundabout|give or take about
    """,
    "ABOUT_AFTER": """
        near enough|plus or minus
        ish|or so|as a ballpark|or thereabouts|thereabouts|give or take|or around that|or about that|roughly speaking
        odd
    """,
    "EXACT": """
        exactly|precisely|rated at|rated|exact|equal to|equals|sized at|spot on|dead on|bang on|rating of
        with a rating of|of exactly
    """,
    "IN": """
        in|during|loc|locn|in the year|in year|throughout|dated|in calendar year|in the calendar year|inside|across
        anywhere in|somewhere in
        all over|over in|down in|up in|out in|in sunny|in windy|in rainy|in lovely|in bonny|in beautiful
        in good old|in dear old|in deepest|in darkest|in wild|in leafy
    """,
    "WITHIN": "within",
    "NEAR": """
        near|in region of|nearby to|close to|near to|next to|beside|round|in the vicinity of|near by
        aboot
        over by|over at|over near|over towards|ower by
    """,
    "SINCE": """
        since|as of
        from and including|starting in
        from the year|beginning in
        frae
        werent built before|wasnt built before|not built before|werent commissioned before|not commissioned before
        werent installed before|not installed before|nothing built before|none built before
        not commissioned earlier than|not built earlier than|not installed earlier than|nothing commissioned before
        nothing commissioned earlier than|nothing built earlier than|none commissioned before
    """,
    "AFTER": """
        after|post|later than|newer than|more recent than|more recently than|younger than|following|subsequent to
        beyond the year|later then|newer then
        postdating|that postdate|postdate|aft
    """,
    "BEFORE": """
        before|pre|prior to|earlier than|older than|ahead of|predating|that predate|predate|preceding|befor
        earlier then|older then|previous to|prior
        afore|affore
        going back to before|from before|dating from before|dating back to before|dated before|dating before
    """,
    "BY": "by",
    "UNTIL": """
        until|till|til|up until|up till
        as at|as at end of|as at the end of|as of end|as of end of|as of the end of|as at end
        by the latest
        at the latest by
        werent built after|wasnt built after|not built after|werent commissioned after|not commissioned after
        not installed after|nothing built after|none built after
        not commissioned later than|not built later than|not installed later than|not fitted later than
        not commissioned any later than|nothing commissioned after|nothing commissioned later than
        nothing built later than|none commissioned after
    """,
    "ONWARDS": """
        onwards|onward|and later|or later|or newer|and newer|and after|or after|and onwards|to date|to now
        to present|to the present|to today|until now|until today|till now|and since|to the present day
        and beyond that|up to now|up to today|on wards|afterwards|or more recent|or more recently|and afterwards
        or since|forward|forwards|and now|and today|and the present|and present|and the present day|until the present
        till today|through to now|through today|up to the present|to this day|and this year|until this year
        at the earliest
        being the earliest|as the earliest
    """,
    "EARLIER": """
        or earlier|or before|and before|and earlier|or older|and older|at the latest|latest|or prior|and prior
        being the latest|as the latest
    """,
    "EDGE_START": """
        start of|the start of|beginning of|the beginning of|the start of the year|1st of january|new year
    """,
    "EDGE_END": "end of|the end of|close of|the close of|year end|end",
    "VAGUE_DATE": "early|mid|late|the middle of|middle of|the first half of the|latter half of",
    "BUILT": """
        commissioned|installed|built|constructed|accredited|registered|erected|connected|went live|came online
        come online|switched on|opened|energised|energized|put up|put in|set up|dating from|dating|completed
        brought into service|put into service|came into operation|brought into operation|entered operation
        commissioning|commissioning date|commission date|commissioning year|comissioned|went up|started up|started
        fitted|created|made|going live|gone live|turned on|joined|added|established|came on stream|commission
        build date|cod|comm date|install date|installation date|entered service|entering service|went into service
        began operating
        started operating|started generating|grid connected|in service|launched|went in|came on|brought online
        goes back|date from|date back|dated from|been running|been operating|running|operating|been going|installing
        started producing|came into service|vintage|instaled|comissioning|inst|comm|commd|regd|constr
        finished|erected in
        hooked up|plugged in|fired up|wired up|powered up|up and running|came on line|come on line|gone up|got going
        connected up|plumbed in|come on|began generating|began producing|first exported|first generated
        first exporting|signed off|joined the scheme|first switched on|fitted out|fit out|kitted out|first ran
        first spun|started life|first turned
        instld|instlld|instd
    """,
    "LAST": """
        last|past|previous|preceding|recent|most recent
    """,
    "NEXT": "next|coming|following",
    "AGO": "ago|back",
    "OLD": "old|of age|in age",
    "LEFT": """
        left|remaining|to go|to run|still to run|still to go|left to run|left to go|outstanding|remain|remains
        until expiry|till expiry|before expiry|until they expire|before they expire|until it expires
        before it expires|until expiration|before expiration|until the end of support|until support ends
        before support ends|before the support ends|of life left|lifetime left|until the fit ends
        before the fit ends|until the tariff ends|before it ends|before they end
        before running out|before it runs out|before they run out|left over|of support|of fit support|of subsidy
        worth of support|still left|left on|support time|time left|term left|years left|remaining years|rem|remng
        tariff rem
        years remaining|remaining term|remaining time|time remaining|support left|support remaining
        remaining support|remaining life|remaining lifetime|life remaining|life left|left in them|yrs left
        yrs remaining|fit remaining|fit left|residual|remaining fit|remaining fit years|fit years left|fit time left
        fit term left|remaining fit term|of payments|remaining fit life|remaining fit support|lifespan left
        rest time|rest term|years rest|remaining duration|remaining period|remaining lifespan|rest life
        contract left|left on contract|subsidy left|remaining subsidy|years of support left|years of fit left
        years of fit support left|years to go|years to run|months left|months remaining|remaning|remainig
        of payments left|remaining contract|years until expiry|time to expiry|years to expiry|to expiry
        left on the clock|on the clock|still on the clock|left to tick|remaining on the clock
        until fit expiry|before fit expiry|left in the scheme|left on the scheme|left on the fit|left on the tariff
        left on their fit|left on their tariff|left of support|left of fit|left of subsidy|still owed
        still ahead of them|ahead of them|of fit still ahead of them|of fit still ahead|still ahead|yet to come
        of payments yet to come|of tariff|of tariff left|of tariff to go|of tariff remaining|of fit to go
        of fit to run|of support to go|of support to run|still on it|still on them|still carrying|on the fit still
        on the meter|tae go|2 run|2 go|unexpired|of support unexpired|support unexpired|of life to run
        of runway|runway|tail length|tail|good for another|still owing
        left on its tariff|left on their fits|left on its fit|left on their feed in tariff
    """,
    "EXPIRE": """
        expire|expires|expiring|expiry|expiration|run out|runs out|running out|ends|ending|due to expire|finish
        finishes|finishing|lapse|lapses|lapsing|come to an end|comes to an end|coming to an end|coming off|come off
        comes off|drop off|drops off|support ends|support ending|fit ends|fit expires|tariff ends|subsidy ends
        set to expire|due to end|will expire|about to expire|stop being paid|stop getting paid|lose support
        lose their support|losing support|losing their support|lose its support|lose their subsidy|lose subsidy
        lose their fit|losing their fit|reach the end|up for expiry|falling off|fall off|due to finish
        drop out of support|dropping out of support|come to the end|coming to the end|nearing the end|nearing expiry
        ceases|cease|stops|support stops|fit ending|fit expiring|fit expiry|exp|lose|stop earning|exit
        reaches the end of its support|reaches the end of their support|reach the end of their support
        reach the end of its support|reach the end of support|tariff gone|max left|tariff up|tariff is finish
        going merchant|goes merchant|go merchant|runs dry|run dry|rolls off|roll off|rolling off|falls away
        falling away|drops away|dropping away
        drop out of the fit|drops out of the fit|dropping out of the fit|drop out of fit|drops out of fit
        drop out of the scheme|drops out of the scheme|drop out of the tariff|fall out of the fit
        falls out of the fit|drop out of fits
        gannin off the fit|gannin off|going off the fit|go off the fit|goes off the fit|losing fit|lose fit
    """,
    "EXPIRED": """
        expired|already expired|has expired|have expired|have lapsed|lapsed|already ended|ran out|has run out
        have run out|fell off the fit|came off the fit|dropped off the fit|rolled off the fit|fell off support
        came off support|dropped off support|came off their fit|came off its fit|lost its support|lost their support
        lost support|lost its subsidy|lost their subsidy|lost its fit|lost their fit|fell out of the fit
        dropped out of the fit|dropped out of the scheme|support ended|support has ended|fit ended|fit has ended
        tariff ended|tariff has ended|subsidy ended|subsidy has ended|payments ended|payments stopped|support stopped
        support has stopped|support finished|support has finished|subsidy stopped|tariff stopped
    """,
    "SUPPORT": """
        support|subsidy|subsidies|contract|term|lifetime|life|payments|agreement|agreements|contracts|eligibility
    """,
    "TECHNOLOGY": """
        wind=Wind|wind power=Wind|wind energy=Wind|windpower=Wind|wind generation=Wind|onshore wind=Wind
        windmill=Wind|eolic=Wind|wind electricity=Wind|wnd=Wind|widn=Wind|wimd=Wind|wid=Wind|wnid=Wind|onshore=Wind
        winds=Wind|solar=Photovoltaic|pv=Photovoltaic|photovoltaic=Photovoltaic|photovoltaics=Photovoltaic
        solar pv=Photovoltaic|solar power=Photovoltaic|solar energy=Photovoltaic|solar photovoltaic=Photovoltaic
        solar photovoltaics=Photovoltaic|photo voltaic=Photovoltaic|photo voltaics=Photovoltaic|pvs=Photovoltaic
        sloar=Photovoltaic|solr=Photovoltaic|slr=Photovoltaic|soler=Photovoltaic|slar=Photovoltaic|soalr=Photovoltaic
        pee vee=Photovoltaic|pee vees=Photovoltaic|solar electricity=Photovoltaic|solar electric=Photovoltaic
        solar generation=Photovoltaic|sola=Photovoltaic
        photovoltaik=Photovoltaic|fotovoltaic=Photovoltaic|solars=Photovoltaic|spv=Photovoltaic|hydro=Hydro
        hydroelectric=Hydro
        hydroelectricity=Hydro|water power=Hydro|hydro power=Hydro|hydropower=Hydro|waterpower=Hydro
        hydro electric=Hydro|hydro electricity=Hydro|hydo=Hydro|hyrdo=Hydro|micro hydro=Hydro|hdyro=Hydro
        run of river=Hydro|run of the river=Hydro|hydor=Hydro|hydroelectrics=Hydro
        hydro energy=Hydro|hydroel=Hydro|hydel=Hydro|hyd=Hydro|hep=Hydro|ad=Anaerobic digestion
        anaerobic digestion=Anaerobic digestion
        anaerobic=Anaerobic digestion|biogas=Anaerobic digestion|bio gas=Anaerobic digestion
        biogass=Anaerobic digestion|digestion=Anaerobic digestion|anaerobic digest=Anaerobic digestion|chp=Micro CHP
        micro chp=Micro CHP|microchp=Micro CHP|combined heat and power=Micro CHP|combined heat power=Micro CHP
        combined heat + power=Micro CHP|combined heat & power=Micro CHP|heat & power=Micro CHP|heat + power=Micro CHP
        combined heat n power=Micro CHP
        cogeneration=Micro CHP|cogen=Micro CHP|co generation=Micro CHP|mchp=Micro CHP
        micro combined heat and power=Micro CHP|micro cogeneration=Micro CHP|heat and power=Micro CHP
        see aitch pee=Micro CHP|ay dee=Anaerobic digestion|c h p=Micro CHP|micro c h p=Micro CHP|a d=Anaerobic digestion
        p v=Photovoltaic|solar p v=Photovoltaic
        u chp=Micro CHP|micro cogen=Micro CHP|µchp=Micro CHP
        hydroelectric power=Hydro|hydroelectric energy=Hydro|hydro electric power=Hydro
        photovoltaic power=Photovoltaic|photovoltaic energy=Photovoltaic|solar pv power=Photovoltaic
        solar pv energy=Photovoltaic
    """,
    "TECHNOLOGY_ONE": """
        archimedes screw=Hydro|archimedean screw=Hydro|aerogenerator=Wind
        turbine=Wind|wtg=Wind|hawt=Wind|wind turbine generator=Wind|wind turbine=Wind|windturbine=Wind|turbin=Wind
        turb=Wind|trbn=Wind|wind mill=Wind|solar panel=Photovoltaic
        panel=Photovoltaic|hydro turbine=Hydro|water turbine=Hydro|water wheel=Hydro|waterwheel=Hydro
        hydroelectric turbine=Hydro|water mill=Hydro|digester=Anaerobic digestion
        anaerobic digester=Anaerobic digestion|biogas digester=Anaerobic digestion|ad digester=Anaerobic digestion
        biodigester=Anaerobic digestion|windfarm=Wind|solarfarm=Photovoltaic|pv panel=Photovoltaic|wind farm=Wind
        wind park=Wind|solar farm=Photovoltaic|solar park=Photovoltaic|solarpark=Photovoltaic
        hydro power turbine=Hydro|solar array=Photovoltaic|pv array=Photovoltaic|digestor=Anaerobic digestion
        anaerobic digestor=Anaerobic digestion
        chp engine=Micro CHP|t bine=Wind
        river turbine=Hydro|weir turbine=Hydro|chp boiler=Micro CHP|sun panel=Photovoltaic
        wind energy converter=Wind
    """,
    "TECHNOLOGY_MANY": """
        archimedes screws=Hydro|archimedean screws=Hydro|aerogenerators=Wind|hydros=Hydro
        turbines=Wind|wind sights=Wind|solar sights=Photovoltaic|hydro sights=Hydro|solar roofs=Photovoltaic
        pv roofs=Photovoltaic|solar rooftops=Photovoltaic|wtgs=Wind|hawts=Wind
        wind turbine generators=Wind|wind turbines=Wind|windturbines=Wind|chps=Micro CHP|micro chps=Micro CHP
        ad plants=Anaerobic digestion|a d plants=Anaerobic digestion|biogas plants=Anaerobic digestion
        wind mills=Wind|windmills=Wind|solar panels=Photovoltaic
        panels=Photovoltaic|hydro turbines=Hydro|water turbines=Hydro|water wheels=Hydro|waterwheels=Hydro
        hydroelectric turbines=Hydro|digesters=Anaerobic digestion|anaerobic digesters=Anaerobic digestion
        biogas digesters=Anaerobic digestion|turbins=Wind|ad digesters=Anaerobic digestion
        biodigesters=Anaerobic digestion|windfarms=Wind|solarfarms=Photovoltaic|turbnes=Wind|turbs=Wind
        trbns=Wind|wind farms=Wind
        wind parks=Wind|solar farms=Photovoltaic|solar parks=Photovoltaic|hydro power turbines=Hydro
        pv panels=Photovoltaic|solar arrays=Photovoltaic|pv arrays=Photovoltaic|water mills=Hydro|turbines wind=Wind
        digestors=Anaerobic digestion|anaerobic digestors=Anaerobic digestion
        t bines=Wind|tbines=Wind|wind t bines=Wind|wind tbines=Wind|chp engines=Micro CHP|chp sets=Micro CHP
        chp plants=Micro CHP|cogen sets=Micro CHP
        river turbines=Hydro|weir turbines=Hydro|sun panels=Photovoltaic|chp boilers=Micro CHP
        micro chp boilers=Micro CHP|hydro electric stns=Hydro|weir hydro schemes=Hydro
        wind energy converters=Wind|wind converters=Wind
    """,
    "SITE_ONE": """
        site|farm|installation|scheme|plant|system|array|project|generator|station|one|facility|unit|instalation
        park|development|power station|asset|entry|record|power plant|generating station|row|installed site
        set up there|setup|installtion
    """,
    "SITE_MANY": """
        sites|farms|installations|schemes|plants|systems|arrays|projects|generators|stations|ones|facilities|units
        instalations|parks|developments|power stations|assets|entries|records|installs|everything|anything
        all of them|power plants|results|rows|generating stations|stuff|things|setups|them all|installtions
        sties|sytems|feed in tariff sites|listings|any|hits|matches|options|something|opportunities|opportunity
        candidates|candidate|kit|kits
        plts|stns|instals|insts
        connections|connexions
    """,
    "SIZE": """
        small=small|smaller=small|little=small|tiny=small|small scale=small|smallscale=small|small sized=small
        smallish=small|smal=small|samll=small|smll=small|sml=small|meduim=medium|mediun=medium
        medium=medium|med=medium|mid sized=medium|medium sized=medium|medium scale=medium
        midsize=medium|mid size=medium|midsized=medium|mid scale=medium|medum=medium|middling=medium|moderate=medium
        mid-sized=medium|average sized=medium|large=large|big=large|large scale=large|bigger=large|larger=large
        large sized=large|sizeable=large|sizable=large|larg=large|lrge=large|lrg=large|lge=large|lareg=large
        small to medium=small or medium
        small and medium=small or medium|small or medium=small or medium|small medium=small or medium
        small to medium sized=small or medium|small or medium sized=small or medium
        small and medium sized=small or medium|sml or med=small or medium|sml + med=small or medium
        sml and med=small or medium|med or lrg=medium or large|med or lge=medium or large
        medium and large=medium or large
        medium to large=medium or large
        medium or large=medium or large|small or med=small or medium|medium to large sized=medium or large
        medium or large sized=medium or large|small to med=small or medium|med to large=medium or large
        medium or small=small or medium|large or medium=medium or large|medium or big=medium or large
        small/medium=small or medium|largish=large|biggish=large|huge=large|small-to-medium=small or medium
        medium/large=medium or large|utility scale=large
    """,
    "CAPACITY": """
        capacity|size|rating|capacities|sizes|installed capacity|generating capacity|rated capacity
        nameplate capacity|power output|power rating|kw rating|capcity|capasity|rated power|installed power
        installed size|cap|capacity wise|output|declared capacity|declared net capacity|installed kw|installed mw
        capacaty|nameplate|peak power|power|peak capacity|generation capacity
        kw capacity|mw capacity|capacityy|installation capacity|installation size|sized|wattage|how big|how large
        how powerful
        pn|p n|mw rating|cap mw|cap kw|capacity kw|capacity mw
    """,
    "UNIT": """
        kw|mw|kilowatt|kilowatts|megawatt|megawatts|gw|gigawatts|kwp|megs|kws|mws|gigawatt|mwp|watts
        mega watts|mega watt|kilo watts|kilo watt
    """,
    "COUNT": """
        how many of each|how many|hw mny|h many|how menny|how meny|how manny|howmeny|how mani|count|number of
        no of|nr of|total number of|count of|counts|tally|the count|the number of|how mny
        howmany|num of|number|numbers|numbers of|quantity of|quantity|qty of|qty
        total count|total count of|hw many|count up|headcount
        how may|tally of|amount of|counting|counted up|counted out|totted up
        qnty|qtty|how mony|hoo many|hoo mony
        cnt
        countif
    """,
    "HOWMUCH": "how much|howmuch",
    "TOTAL": """
        total|combined|overall|aggregate|summed|sum of|sum|cumulative|add up|adds up|altogether|in total
        all together|totalling|totals|sum total|added together|add together|aggregated|collective|in aggregate
        put together|all in all|tot|totaled|totalled|collectively|jointly|total up|summing
        come to in mw|comes to in mw|come to in kw|add up to|adds up to|tot up to
        ttl|sumcapacity|what do they add up to|what do they come to
    """,
    "AVERAGE": """
        average|mean|avg|on average|averages|typical|averaged|averag|avrg|ave|typically|avarage|avergae|mean average
        meansize
        avgcapacity|avgsize|meancapacity
    """,
    "GROUPED": """
        broken down|split|grouped|group|breakdown|broken out|split out|segmented|divided|split up|break down
        broken up|bucketed|counted
    """,
    "PER": "per|for each|in each|each|every|for every|in every|by each|of each|by every",
    "GROUP": """
        technology=technology|technologies=technology|tech=technology|type=technology|types=technology
        technology type=technology|energy type=technology|type of technology=technology
        kind of technology=technology|tech type=technology|techs=technology|kinds=technology
        generation type=technology|technolgy=technology|types of technology=technology|kind=technology
        type of installation=technology|installation type=technology|technology types=technology
        energy source=technology|region=region|regions=region|uk region=region|uk regions=region
        geographic region=region|part of the country=region|area of the country=region|regional breakdown=region
        regional split=region|government office region=region|english region=region|postcode area=postcode_area
        postcode areas=postcode_area|post code area=postcode_area|postal area=postcode_area|postcode=postcode_area
        postcodes=postcode_area|post code=postcode_area|postal areas=postcode_area|post code areas=postcode_area
        postcode region=postcode_area|postcode zone=postcode_area|postcode letters=postcode_area
        pc area=postcode_area|pcode area=postcode_area|year=year|years=year|commissioning year=year
        year of commissioning=year|year of installation=year|install year=year|yr=year|installation year=year
        year commissioned=year|year built=year|year installed=year|commission year=year|calendar year=year
        build year=year|year of build=year|yearly=year|annually=year|year by year=year|each year=year
        every year=year|year on year=year|year of construction=year|commissioned year=year|region by region=region
        technology by technology=technology|tech by tech=technology|type by type=technology
        postcode area by postcode area=postcode_area|area by area=postcode_area
        pc areas=postcode_area|pcode areas=postcode_area
    """,
    "GROUP_OTHER": """
        county|counties|town|towns|city|cities|country|countries|nation|nations|month|months|quarter|band
        capacity band|owner|owners|local authority|local authorities|council|councils|district|districts
        postcode district|postcode districts|constituency|constituencies|size band|week|postcode sector|parish
        village|villages|developer|manufacturer|tariff band|day|sector|size category|month of year
    """,
    "AREA": "area|areas",
    "MOST": """
        most|maximum number of|highest number of|greatest number of|largest number of|biggest number of
        more than any other
        comes first for number of|comes first for|comes top for number of|comes top for|leads for number of
        leads on number of|tops the table for number of|greatest count of|highest count of|greatest number
        most number of
    """,
    "FEWEST": "fewest|least number of|lowest number of|smallest number of",
    "COMPARE": """
        measure up to|measures up to|measure up against|shape up against|shapes up against|fares against|fare against
        compare|comparing|comparison|comparison of|comparison between|difference between|differences between|versus
        vs|v|compared|compared to|compared with|against|difference in|side by side|contrast|comparison with
        stack up against|stacks up against|compares|comparisons|difference|compair|compar|contrasting|head to head
        pit|differ|relative to|diff between|diff btwn|diff
        stack up on|stacks up on|measure up on|stack up in|how do they compare
    """,
    "REPOWERING": """
        repowering|repower|repowered|re powering|re power|repowerable|re powered|repowering candidates
        repowering opportunities|repowering candidate|repowering opportunity|repoweringopportunities
        ripe for repowering|repower opportunities|good for repowering|suitable for repowering
        candidates for repowering|good candidates for repowering|repowring|suitable candidates for repowering
        best repowering|best for repowering|best to repower|best repowering candidates|best candidates for repowering
        best repowering opportunities|best suited to repowering|best suited for repowering|best repowering prospects
        prime for repowering|potential for repowering|repowering potential|repowering prospects|due for repowering
        suit repowering|suits repowering|suited to repowering|suited for repowering|fit for repowering
        ready for repowering|would suit repowering|worth repowering|could be repowered|might suit repowering
        ripe to repower|suitable to repower|candidate for repowering|up for repowering|repowering shortlist
        repow|repow cands|repow cand|repowering cands|repower cands|repow candidates|repower candidates|repower jobs
        good 4 repowering|repowering jobs|repow targets|repowering targets|repowering sites
    """,
    "REVENUE": """
        revenue|rev|revs|revenues|income|earnings|earn|earns|earning|incomes|revenu|revinue|earned|turnover|takings
        how much money|money|how much cash|cash generated|bring in|brings in|revenue estimate|revenue figures
        make in a year|proceeds|earner
        earners
    """,
    "REGIONAL": """
        regional|regionally|regionally adjusted|regional adjusted|region adjusted|adjusted for region
        adjusted by region|adjusted regionally|regional adjustment|regional adjustments|regional basis
        adjusted for the region|with regional adjustment|regionaly|regional factors|regional adjustment applied
        adjusted for their region|regional adj|reg adj|regional adjust|region specific|regionalised|regionalized
        on a regional basis
    """,
    "RATE": """
        rate|rates|tariff|tariffs
        paid per unit|paid a unit|fit rate|fit rates|tariff rate|tariff rates|p/kwh|pence per kwh|pence per unit
        payment rate|p per kwh|feed in tariff rate|feed in tariff rates|generation tariff|generation rate|fit tariff
        fit tariffs|rate of pay|fits rate|feedin tariff rate|tarrif|tarif|tarriff|p kwh|per kwh
        pence per kilowatt hour|generation tariffs|tarrifs|fit payment rate|export tariff|export rate|fit payment
        payment per kwh|tarifs|per unit rate|pence a unit|ft rate
    """,
    "FIT": """
        fit|fits|feed in tariff|feed in tariffs|feedin tariff|feed-in tariff|feed in|fit scheme
        feed in tariff scheme|fit register|feed in tarrif|feed in tarif
    """,
    "ID": """
        id|i d|i ds|fit i d|ids|ident|identifier|ref|reference|reference number|id number|fit id|fitid|fit number
        installation id|fit no|fit ref|fit ids|number id|installation number|site id|no|nr|fit identifier|fit id number
        installation no|id no|fit reference|installation ref|site number|fid
    """,
    "SUPER": """
        lose the tariff first=fit_remaining asc|lose its tariff first=fit_remaining asc
        lose their tariff first=fit_remaining asc|lose support first=fit_remaining asc
        lose the fit first=fit_remaining asc
        loses its tariff first=fit_remaining asc|loses support first=fit_remaining asc
        losing support first=fit_remaining asc
        largest=capacity desc|biggest=capacity desc|most powerful=capacity desc|most capacity=capacity desc
        bigest=capacity desc|highest capacity=capacity desc|greatest capacity=capacity desc
        max capacity site=capacity desc|highest rated=capacity desc|highest capacities=capacity desc
        maximum output=capacity desc|lagest=capacity desc|largst=capacity desc|strongest=capacity desc
        highest power=capacity desc|highest output=capacity desc|highest installed capacity=capacity desc
        largest capacity=capacity desc|biggest capacity=capacity desc|biggest size=capacity desc
        largest installed capacity=capacity desc|hugest=capacity desc|most big=capacity desc
        most large=capacity desc|most huge=capacity desc|highest kw=capacity desc
        highest mw=capacity desc|most kw=capacity desc|most mw=capacity desc|most megawatts=capacity desc
        top capacity=capacity desc|largest size=capacity desc|top rated=capacity desc|greatest=capacity desc
        most installed capacity=capacity desc|smallest=capacity asc|tiniest=capacity asc|least powerful=capacity asc
        bottom=capacity asc|lowest capacity=capacity asc|smalest=capacity asc|lowest rated=capacity asc
        lowest power=capacity asc|littlest=capacity asc|lowest capacities=capacity asc|lowest output=capacity asc
        least capacity=capacity asc|smallest capacity=capacity asc|lowest installed capacity=capacity asc
        lowest kw=capacity asc|weakest=capacity asc|most small=capacity asc|most little=capacity asc
        most tiny=capacity asc|puniest=capacity asc|teeniest=capacity asc|minimum output=capacity asc
        newest=commissioning_date desc|most recent=commissioning_date desc|most recently=commissioning_date desc
        latest=commissioning_date desc|youngest=commissioning_date desc
        most recently commissioned=commissioning_date desc|most recently built=commissioning_date desc
        most recently installed=commissioning_date desc|latest built=commissioning_date desc
        last built=commissioning_date desc|built last=commissioning_date desc
        installed last=commissioning_date desc|commissioned last=commissioning_date desc
        last commissioned=commissioning_date desc
        last installed=commissioning_date desc|most recent commissioned=commissioning_date desc
        most modern=commissioning_date desc|most new=commissioning_date desc|most young=commissioning_date desc
        newst=commissioning_date desc|last to be built=commissioning_date desc
        last to be commissioned=commissioning_date desc|latest commissioned=commissioning_date desc
        last to be installed=commissioning_date desc|latest installed=commissioning_date desc
        most newly=commissioning_date desc|oldest=commissioning_date asc|earliest=commissioning_date asc
        first built=commissioning_date asc|built first=commissioning_date asc
        installed first=commissioning_date asc|commissioned first=commissioning_date asc
        longest running=commissioning_date asc
        first commissioned=commissioning_date asc|first installed=commissioning_date asc
        most ancient=commissioning_date asc|most old=commissioning_date asc|most aged=commissioning_date asc
        first to be built=commissioning_date asc
        first to be commissioned=commissioning_date asc|longest standing=commissioning_date asc
        first to be installed=commissioning_date asc|earliest built=commissioning_date asc
        earliest commissioned=commissioning_date asc|least recent=commissioning_date asc
        least recently=commissioning_date asc|longest established=commissioning_date asc
        longest operating=commissioning_date asc|earliest installed=commissioning_date asc
        oldst=commissioning_date asc|eldest=commissioning_date asc
        least recently commissioned=commissioning_date asc|expiring soonest=fit_remaining asc
        expire soonest=fit_remaining asc|soonest to expire=fit_remaining asc|expires soonest=fit_remaining asc
        next to expire=fit_remaining asc|first to expire=fit_remaining asc|expiring first=fit_remaining asc
        expire first=fit_remaining asc|expiring next=fit_remaining asc|ending soonest=fit_remaining asc
        soonest expiring=fit_remaining asc|end soonest=fit_remaining asc|closest to expiry=fit_remaining asc
        nearest to expiry=fit_remaining asc|run out first=fit_remaining asc|ends soonest=fit_remaining asc
        run out soonest=fit_remaining asc|running out soonest=fit_remaining asc|running out first=fit_remaining asc
        ending first=fit_remaining asc|runs out first=fit_remaining asc|runs out soonest=fit_remaining asc
        soonest expiry=fit_remaining asc|earliest expiry=fit_remaining asc|shortest remaining=fit_remaining asc
        least time left=fit_remaining asc|fewest years left=fit_remaining asc|fewest yrs left=fit_remaining asc
        least yrs left=fit_remaining asc|expires first=fit_remaining asc
        least years left=fit_remaining asc|shortest time left=fit_remaining asc
        fewest years remaining=fit_remaining asc|soonest to end=fit_remaining asc
        least time remaining=fit_remaining asc|least remaining=fit_remaining asc
        shortest time remaining=fit_remaining asc|first expiring=fit_remaining asc
        least support left=fit_remaining asc|closest to the end=fit_remaining asc|nearest the end=fit_remaining asc
        earliest to expire=fit_remaining asc|closest to expiring=fit_remaining asc
        nearest to expiring=fit_remaining asc|next expiring=fit_remaining asc|soonest to run out=fit_remaining asc
        first to run out=fit_remaining asc|shortest left=fit_remaining asc|least left=fit_remaining asc
        soonest ending=fit_remaining asc|nearest expiry=fit_remaining asc
        closest to end of support=fit_remaining asc|lowest remaining=fit_remaining asc
        next to run out=fit_remaining asc|least years remaining=fit_remaining asc
        shortest remaining time=fit_remaining asc|first to end=fit_remaining asc
        least support remaining=fit_remaining asc|least remaining support=fit_remaining asc
        least remaining time=fit_remaining asc|expiring earliest=fit_remaining asc|expire earliest=fit_remaining asc
        expire next=fit_remaining asc|end first=fit_remaining asc|next to lose support=fit_remaining asc
        nearest to the end=fit_remaining asc|soonest to finish=fit_remaining asc|soonest to lapse=fit_remaining asc
        closest to running out=fit_remaining asc|nearing expiry soonest=fit_remaining asc
        longest remaining=fit_remaining desc|most years left=fit_remaining desc|most time left=fit_remaining desc
        longest left=fit_remaining desc|most time remaining=fit_remaining desc
        most years remaining=fit_remaining desc|longest time left=fit_remaining desc
        longest to run=fit_remaining desc|most support left=fit_remaining desc|last to expire=fit_remaining desc
        expiring last=fit_remaining desc|expire last=fit_remaining desc|latest expiry=fit_remaining desc
        longest to go=fit_remaining desc|most remaining=fit_remaining desc|longest time remaining=fit_remaining desc
        longest support left=fit_remaining desc|longest remaining support=fit_remaining desc
        longest remaining time=fit_remaining desc|longest support remaining=fit_remaining desc
        highest remaining=fit_remaining desc|longest remaining term=fit_remaining desc
        longest remaining life=fit_remaining desc|most support remaining=fit_remaining desc
        longest until expiry=fit_remaining desc|furthest from expiry=fit_remaining desc
        greatest remaining=fit_remaining desc|expiring latest=fit_remaining desc
        expire longest from now=fit_remaining desc|expire latest=fit_remaining desc
        expiring longest from now=fit_remaining desc|expires last=fit_remaining desc|end last=fit_remaining desc
        furthest from expiring=fit_remaining desc|ending last=fit_remaining desc|expires latest=fit_remaining desc
        furthest from the end=fit_remaining desc|furthest off expiry=fit_remaining desc
        longest term left=fit_remaining desc|most life left=fit_remaining desc|longest years left=fit_remaining desc
        most left=fit_remaining desc|most yrs left=fit_remaining desc|most yrs remaining=fit_remaining desc
        most tariff left=fit_remaining desc|most tariff remaining=fit_remaining desc
        longest tariff left=fit_remaining desc|longest tariff remaining=fit_remaining desc
        least tariff left=fit_remaining asc|least tariff remaining=fit_remaining asc
        shortest tariff left=fit_remaining asc|shortest tariff remaining=fit_remaining asc
        run out last=fit_remaining desc|most remaining years=fit_remaining desc
        most remaining support=fit_remaining desc|latest to expire=fit_remaining desc
        exp soonest=fit_remaining asc|soonest exp=fit_remaining asc|longest fit left=fit_remaining desc
        longest fit time left=fit_remaining desc|longest fit remaining=fit_remaining desc
        longest fit time remaining=fit_remaining desc|least fit time left=fit_remaining asc
        least fit left=fit_remaining asc|shortest fit left=fit_remaining asc
        shortest fit time left=fit_remaining asc|most fit left=fit_remaining desc
        most fit time left=fit_remaining desc|come off support soonest=fit_remaining asc
        come off support first=fit_remaining asc|comes off support soonest=fit_remaining asc
        soonest to come off support=fit_remaining asc|come off their fit soonest=fit_remaining asc
        come off the fit soonest=fit_remaining asc|come off fit soonest=fit_remaining asc
        lose support soonest=fit_remaining asc|closest to losing support=fit_remaining asc
        nearest to losing support=fit_remaining asc|nearest to losing their fit=fit_remaining asc
        closest to losing their fit=fit_remaining asc|first to come off support=fit_remaining asc
        first to lose support=fit_remaining asc|next to come off support=fit_remaining asc|highst cap=capacity desc
        highest cap=capacity desc|biggest cap=capacity desc|largest cap=capacity desc|lowest cap=capacity asc
        smallest cap=capacity asc|most recently accredited=commissioning_date desc
        most recently energised=commissioning_date desc|most recently registered=commissioning_date desc
        maist recent=commissioning_date desc|auldest=commissioning_date asc
        most long remaining=fit_remaining desc|coming off the fit soonest=fit_remaining asc
        coming off support soonest=fit_remaining asc|coming off their fit soonest=fit_remaining asc
        coming off fit soonest=fit_remaining asc|max pn=capacity desc
        longest rem=fit_remaining desc|shortest rem=fit_remaining asc|most rem=fit_remaining desc
        least rem=fit_remaining asc|nearest to running out=fit_remaining asc|nearest running out=fit_remaining asc
        soonest end to their fit=fit_remaining asc|soonest end to its fit=fit_remaining asc|mightiest=capacity desc
        chunkiest=capacity desc|beefiest=capacity desc|weediest=capacity asc|teensiest=capacity asc
        granddaddy=commissioning_date asc|longest in the tooth=commissioning_date asc
        longest in tooth=commissioning_date asc|longest serving=commissioning_date asc
        most elderly=commissioning_date asc|freshest=commissioning_date desc|smallst=capacity asc
        highest export capacity=capacity desc
        soonest first=fit_remaining asc|by expiry soonest first=fit_remaining asc
        soonest at the top=fit_remaining asc|soonest expiring first=fit_remaining asc
        newset=commissioning_date desc|newets=commissioning_date desc|oldset=commissioning_date asc
        bigets=capacity desc
        heavyweights first=capacity desc|heavyweights at the top=capacity desc
        heavy hitters first=capacity desc|heavy hitters at the top=capacity desc
        big hitters first=capacity desc|big hitters at the top=capacity desc|whoppers first=capacity desc
        whoppers at the top=capacity desc|giants first=capacity desc|giants at the top=capacity desc
        big boys first=capacity desc|big boys at the top=capacity desc|big ones first=capacity desc
        big ones at the top=capacity desc|big uns first=capacity desc|big uns at the top=capacity desc
        tiddlers first=capacity asc|tiddlers at the top=capacity asc|minnows first=capacity asc
        minnows at the top=capacity asc|little ones first=capacity asc|little ones at the top=capacity asc
        wee ones first=capacity asc|wee ones at the top=capacity asc
    """,
    "EXTREME": """
        highest|lowest|longest|shortest|best|worst|least|tallest|greatest number|closest|nearest|cheapest|soonest
        furthest|poorest|richest
    """,
    "ORDINAL": "second|third|2nd|3rd|fourth|4th|fifth|5th|runner up|nth|sixth|tenth",
    "TOP": "top|the top|tops of|leading|tp",
    "FIRST": """
        first|the first|at the top|at the top of the list|on top|up top|at the very top|at top
        at head of list|at the head of the list|heading the list
    """,
    "LIMIT": """
        limit|limit to|limited to the|limit it to|only|just|no more than about|cap at|cap it at|capped to|limit of
        limiting to|limited|cut it off after|cut off after|cut it off at|cut it at|cut it after|stop after|keep it to
        cut the list at|cut the list off after|cut the list off at|cap the list at|cap the list off at
        limited to those|limited to sites|limited to ones|restricted to those
    """,
    "SORT": """
        sorted according to|sort according to|ranked according to|ordered according to|arranged according to
        sort|sorted|order|ordered|rank|ranked|in order of|sort by|sorted by|order by|ordered by|ranked by|rank by
        in order|sorting|arranged|arrange|ranking|list by|listed by|sort them|order them|rank them|sort it
        arranged by|ordering|sort these|ranking by|sort on|sorted on|rank them by|sort them by|order them by
        order of|sort em
        order after|sort after|sorted after|ordered after
        orderby|sortby|order-by
    """,
    "DATE_WORD": """
        date|age|commissioning date|installation date|build date|commission date|date commissioned
        date of commissioning|date installed|date built|dates|when they were built|start date|how old they are
        recency|commissioned date|how new they are|install date|date of installation|newness
    """,
    "DIRECTION": """
        ascending=asc|asc=asc|low to high=asc|lowest first=asc|lowest to highest=asc|increasing=asc|rising=asc
        ascending order=asc|descending=desc|desc=desc|high to low=desc|highest first=desc|highest to lowest=desc
        decreasing=desc|descending order=desc|falling=desc|reverse=desc|big to small=capacity desc
        small to big=capacity asc|bigger first=capacity desc|smaller first=capacity asc|small to large=capacity asc
        large to small=capacity desc|old to new=commissioning_date asc|new to old=commissioning_date desc
        from low to high=asc|from high to low=desc|large first=capacity desc|older first=commissioning_date asc
        newer first=commissioning_date desc|in descending order=desc|in ascending order=asc|greatest first=desc
        most first=desc|least first=asc
        big first=capacity desc|small first=capacity asc|biggest on top=capacity desc
        new first=commissioning_date desc|old first=commissioning_date asc
    """,
    "NOT": """
        except|excluding|excl|exc|xcl|exclude|excludes|excepting|not|outside|outside of|other than|apart from|without
        anything but|everything but|all but|anywhere but|everywhere but|bar|minus|rather than|instead of|isnt|arent
        not in|nowt in|nowt from|nowt near|nort in|nort from|nothin in|nothin from|nuthin in|nuffin in
        nothing in|nothing near|nothing from|nothing at
        no|none|never|dont|ex|omit|omitting|leave out|leaving out|save for|aside from|doesnt|non|wasnt|werent
        not including|ignoring|skip|skipping|neither|nor|barring|besides|dont include|do not include|cannot|havent
        hasnt|not counting|discounting|but for|sans|dont want|drop
        xcept
    """,
    "CORRECTION": """
        except that i mean|except i mean|only i mean
        i wanted to say|excuse me i wanted to say|excuse me i meant|i wanted to write|i want to say
        soz|my bad|wait no my bad|no my bad|excuse|no excuse|my mistake for
        sorry|no wait|i mean|i meant|make that|scratch that|correction|oops|wait no|no sorry|actually|or rather
        sorry i mean|sorry i meant|actually no|no actually|no make that|no i mean|no i meant|sorry no|whoops
        my mistake|sorry make that|hang on|wait|err|i should say|strike that|no hang on|oops i mean|oops no
        oops sorry|no not that|sorry wait|er no|um no|erm no|no no|i meant to say|wait i mean|hang on no
        well actually|wait actually|sorry thats|apologies|ooops|er sorry|hmm no|typo|nope|oh wait|oh sorry
        wait sorry|sorry meant|meant|sry|hold on|scrap that|no scratch that|no strike that|i beg your pardon|woops
        rather make it|no make it|make it|sorry should be|should be|should read|change that to|better
        no i tell a lie|i tell a lie|tell a lie|no a lie|wait no wait|no start again|i lie|no hold on|no thats wrong
        thats wrong|nearly said
        i misread it|misread it|i misread|misread|change the date|change that|swap the place|swap that
        sorry to mess you about|no wait i tell a lie
        pardon|pardon me|beg pardon|beg your pardon|i beg pardon
        no i said|no no i said|no i was saying|i said no
        bloody autocorrect|autocorrect|damn autocorrect|rewind|nvm|edit|wise up its|what am i saying
        stupid autocorrect
        no listen|no look
    """,
    "DISTANCE": """
        miles|mile|mi|km|kms|kilometres|kilometers|kilometre|metres|meters|minutes|radius|mins drive|hours drive
        walking distance|furlongs|mi radius|mile radius|mi of|yards|drive from|driving distance|commuting distance
        kilometer|minute drive|hour drive
    """,
    "UNSAYABLE": """
        median|modal|share|shares|percentage|percentages|percent|proportion|ratio|fraction of|percentile|variance
        standard deviation|mode|battery|batteries|battery storage|heat pump|heat pumps|nuclear|coal|biomass
        geothermal|tidal|wave power|wave energy|ev chargers|ev charger|ev charging|offshore|hydrogen|landfill gas
        car chargers|car charger
        landfill|solar thermal|ground source|air source|gas turbine|gas turbines|steam turbine|steam turbines|steam
        jet|jets|jet turbine|jet turbines|turbojet|aero engine
        gas fired|wood burner|charging points|charge points|charging point|diesel|pumped storage|community owned
        community|domestic|residential|commercial|industrial|floating|council owned|owned by|operated by|owner|owners
        owned|pounds|pound|quid|euros|dollars|operator
        manufactured by|made by|developed by|run by|planning permission|approved|rejected|under construction
        decommissioned|efficiency|load factor|capacity factor|carbon|co2|emissions|kwh|mwh|gwh|hub height|height
        blade|blades|postcode sector|altitude|elevation|export|self consumption|off grid|school|schools|hospitals
        churches|cheapest|profitable|most profitable|non domestic|non residential|coastal|coast|storage|petrol|oil
        wood|sewage|thermal|per capita|per person|population|households|wards|river|rivers|canal|loch|reservoir
        latitude
        longitude|coordinates
        standard|trend|growth|doubled|correlation|forecast|doubling|biggest increase|fossil|boiler|boilers|rural
        urban|planned|proposed|dismantled|broken|faulty|vestas|enercon|inverter|inverters|urban areas|phone number
        contact details|email address|address of|household|homes|houses|wave|waves|fuel cell|fuel cells
        roof tiles|roof tile|my roof|our roof|my house|our house|interconnector|energy from waste|incinerator
        incinerators
        manufacturer|manufacturers|site address|street address|postal address|address for|planning ref
        planning reference|bess|hub heights|rotor diameter|capex|opex|co2 saved|carbon saved|upper quartile
        lower quartile|quartile|runner up|serviced|installer of|who installed|per resident|per head
        correlated|std dev|std deviation|stdev|annual output|dno|grid ref|lat long|house prices
        serial number|serial numbers|kilowatt hours|kilowatt hour|on foot|strike out|middle one|which firm|what firm
        nicest|prettiest|second hand|planners|you found before|you showed me|units produced|electricity they make
        interquartile|interquartile range|spread of sizes|payback|pays back|caught fire|detour
        li ion|lithium|contracts end|low megawatts|high megawatts|decent size|a while back|expect to be built
        must be away
        changed hands|by installer|halfway between|lodge an objection|lease end|council land
        out of the scheme by|breaks down more|asset value
    """,
    "REFER": """
        on that island|on this island|that island|this island|on the island|the island
        those two|these two|those three|those counties|these counties|both counties|those towns|both towns
        those places|both places|those areas|both areas|those regions|both regions|that postcode|this postcode
        that district|the two counties|the two areas|the two places|the same county|the same place|those postcodes
        there|in her postcode|in his postcode|in their postcode|in her area|in his area|in their area|in its area
        in my postcode|in our postcode|in that postcode|in the same postcode|nearby|near me|near here|around here
        near us|around us|close by|locally|local|in the area|that area
        round here|that county|same area|near it|round there|near there|around there|in that area|in the same area
        that region|this area|in this area|this region|in that county|in that region|in that town|in that city
        in my area|in our area|my area|our area|my patch|thereabouts|near that|near them|vicinity|that place
        over there|around it|near my office|near our office|near my house|near my home|near our house|near my farm
        near our farm
        near my village|near my place|near our village|close to it|next to it|near to it|close to there|near to there
        near the office|near the site office|near home|that town|that city|our patch|in the vicinity|this county
        this town|our county
        our region|my county|my region|my town|our town|aforementioned|aforesaid|abovementioned|above mentioned
        the said county|the said area|the said region|the said district|the said town|said county|said area|said region
        such county|such area|such region
        all three places|all three|all three counties|all three towns|all of the three|both of these
    """,
    "PLUS": "plus",
    "AND": """
        and|n|plus also|as well as|along with|together with|and also|aswell as|alongside|additionally|and then
    """,
    "OR": "or|and/or|or maybe|or else|or even",
    "BUT": "but|yet|though|and yet",
    "WHICH": """
        which|what|whats|wich|whch|wat|wot|wots|wut|whichever|what sort of|what kind of|which sort of|what type of
        which kind of
    """,
    "ALL": """
        irrespective of technology|regardless of technology|irrespective of size|regardless of size
        irrespective of type|regardless of type|of any age|any age|of any size|whatever the technology|whatever the size
        no upper limit|no lower limit|no size limit|without any limit|without limit|no limit|no limits
        without a limit|without a limit on size|no limit on size|without limit of size
        no upper limits|no cap|no minimum|no maximum|no minimum size|no maximum size
        every last|every last one|every single|every single one
        all|list everything|show everything|everything you have|every|the whole list|the lot|whole lot|full list
        entire list|complete list|all the|whole dataset|entire dataset|entire database|whole database
        complete dataset|full dataset|everything|no filter|no filters|all data|all techs|any tech|all tech|any techs
        all technologies|any technology|any technologies|every technology|any size|all sizes|any sizes|every size
        any type|all types|any capacity|any age|of any kind|whatever size|whatever technology|whatever type
        any kind of technology|all kinds of technology|any kind|all kinds
        each and every
    """,
    "EVERYWHERE": """
        uk|u k|gb|britain|great britain|united kingdom|nationwide|anywhere|everywhere|whole country|country wide
        countrywide|uk wide|national|nationally|british|british isles|any location|any area|any region|all regions
        all over the country|whole uk|the country|anywhere in the country|across the country|in the country
        up and down the country|the nation|across the board|no matter where|wherever|any place|all areas
        anywhere in the uk|the length of the country|all locations
    """,
    "MORE_OF": "more|extra|additional",
    "VAGUE": """
        few|several|some|couple of hundred|tens of|hundreds of|thousands of|handful of|handful|many|loads of|lots of
        certain|various
    """,
}


_REFUSED = (
    "none shall|none may|none must|none should|none to|none can|none that|nothing may|nothing should|nothing to"
    "|cant|must not|shall not|should not|may not|not to|cannot|can not|will not|wont|mustnt|shouldnt"
)
_EXCEEDS = (
    "exceed|exceeds|be over|be above|go over|go above|surpass|top|be more than|be larger than|be bigger than"
    "|be greater than"
)
_LATER = "be after|be later than|be newer than|be built after|be younger than"
_EARLIER = "be before|be earlier than|be older than|be built before|predate"
_FALLS = "be under|be below|go under|go below|fall below|fall under|drop below|be less than|be smaller than"
# Nothing, as it is spoken: "nowt over 60 kilowatt" is a bound, and "over 60 kilowatt" its contrary.
_NOTHING = "nee zilch nada nae nowt nort nuffin nuffink nothin nuthin nothink nuttin nothing none not no"
_OVER = (
    "over|above|exceeding|beyond|more than|bigger than|larger than|greater than|higher than|bigger nor|more nor"
    "|larger nor|ovr|abv|abve"
)
_UNDER = "under|below|beneath|less than|smaller than|lower than|littler than|smaller nor|less nor|fewer than|undr|blw"
_AFTERWARDS = "after|later than|newer than|post|past"
_BEFOREHAND = "before|befor|b4|earlier than|older than|pre|prior to"


def comparisons() -> dict[str, list[str]]:
    """Comparative phrases: {"MORE": ["more than", "no less than", …], "LESS": […], "SINCE": […], "UNTIL": […]}."""
    made: dict[str, list[str]] = {"MORE": [], "LESS": [], "SINCE": [], "UNTIL": []}
    for name, opposite, words in (("MORE", "LESS", MORE_WORDS), ("LESS", "MORE", LESS_WORDS)):
        for word in words.split():
            for than in ("than", "then", "that", "as"):
                if than == "that" and word not in ("more", "less"):
                    continue
                plain = f"{word} {than}"
                made[name] += [
                    plain,
                    f"and {plain}",
                    f"or {plain}",
                    f"and {word} or equal to",
                    f"and {plain} or equal to",
                    f"{plain} or equal to",
                    f"{word} or equal to",
                    f"anything {plain}",
                    f"equal to or {plain}",
                ]
                made[opposite] += [
                    f"{no} {plain}"
                    for no in ("no", "not", "nothing", "none", "never", "isnt", "arent", "not any", "not be")
                ]
    made["LESS"] += ["less", "fewer"]
    for refused in _REFUSED.split("|"):
        made["LESS"] += [f"{refused} {exceeds}" for exceeds in _EXCEEDS.split("|")]
        made["MORE"] += [f"{refused} {falls}" for falls in _FALLS.split("|")]
        made["UNTIL"] += [f"{refused} {later}" for later in _LATER.split("|")]
        made["SINCE"] += [f"{refused} {earlier}" for earlier in _EARLIER.split("|")]
    for name, words in (("LESS", _OVER), ("MORE", _UNDER), ("UNTIL", _AFTERWARDS), ("SINCE", _BEFOREHAND)):
        made[name] += [f"{nothing} {word}" for nothing in _NOTHING.split() for word in words.split("|")]
    return made
