"""Everyday words: what a question may say without asking for anything, and what shows that it is another question.

FILLERS function words and ways to ask; they vanish before rules look at the words
FILLER_PHRASES the same in several words
STORY words of the story around a request; they stand between words of the request
FOREIGN subjects that are none of this data's, whatever stands beside them
COMPOUND what a technology word begins with these is no installation ("wind instrument", "solar eclipse")
ORDERS instructions to the reader instead of questions
OWN what an asker says of himself before a place ("we're in Leeds")
"""

from __future__ import annotations

FILLERS = """
    tariq riding loser losers tenner tenners fiver fivers
    a an the of on at for with as it its is are was were be been being am im ive id do does did doing done has have
    had having will would could can may might must shall should that this these those them they their theirs he she
    his her you your yours u ur me my mine we us our ours i who whose whom where there's theres here's heres so if
    then than also please pls plz plse thanks thank thx ta cheers kindly hi hello hey dear morning afternoon evening
    good ok okay right well now er um erm uh hmm ah oh like kind just only really very quite pretty much rather even
    still already currently current existing active operational operating registered live accredited show shows
    showing shown find finds finding get gets getting got give gives giving list lists listing display pull pulling
    fetch bring return returns retrieve search searching lookup look looking see seeing view want wants wanted
    wanting need needs needed needing tell tells telling know knows let lets liked help helps query queries filter
    filters filtered filtering select pick identify spot locate check checking gimme lemme wanna id'd interested
    interest love hunting hunt located situated sited based lying sitting standing found placed whereabouts details
    detail info information data dataset database figures figure results result register registry available exist
    exists stand stands standing sit sits come comes came coming go goes going went gone able
    possible possibly maybe perhaps ideally preferably
    specifically particular especially mainly produce produces producing generate generates generating generated
    make makes making take takes taking run runs when while because too again back out off whole full entire
    complete overview summary report rundown picture idea ideas one's what's whats what're which's whichever there
    feed tariff scheme's ofgem ofgems fits great renewable renewables energy electricity electric power
    asap quick quickly quickie urgent urgently today's tbh btw fyi basically literally simply obviously wish hoping
    hope hopefully wonder wondering curious trying try throw chuck dig hit gonna using use used uses via into onto
    upon towards toward along among amongst amid theyre theyve youve weve mind thing things whos hows wheres that's
    thats thatll itll its' say says said saying means meaning example instance eg ie etc namely such both either
    same different own other others another anybody anyone somebody someone everyone suitable ripe ready potential
    prime ideal worth worthwhile considering consider considered candidate capable providing provided offering
    yielding delivering supplying pumping set sets bit lot whatever however whenever mate darling sir madam team
    folks guys alright kept keep keeps holding hold owning belong belonging concerned regarding re concerning terms
    respect according think thinks thought guess reckon suppose assume believe feel remember mention mentioned yes
    yeah yep yup ye aye sure certainly definitely absolutely feedintariff fit's place places spots location
    locations here hereby appreciated appreciate grateful obliged welcome greetings regards qualify qualifies
    qualifying match matches matching satisfy satisfies satisfying eligible moreover furthermore lastly
    finally firstly secondly nice lovely brilliant ace super cool awesome excellent fab gotta across possess cover
    covers covering covered include includes including included contain contains containing size-wise tot
    respectively anyway anyways question ask asking asked request requesting requested enquiry inquiry requirement
    requirements criteria condition conditions ltd simple easy straightforward new old newer older modern recent
    recently newly brand theirselves himself themselves itself myself ourselves yourself country's nation's area's
    supported support's paid pay pays receiving receive receives whatsoever period fullstop stop comma actual respected
    effective effectively given high low owt nowt summat wee aboot working functioning down up way lol haha ha hehe
    ooh oooh aah omg wow yo oi hiya howdy heya gosh blimey crikey cor ey eh innit luv hun sunshine fine enough plenty
    sweet thanx tq tyvm tia plis pleeease pleease fancy chap's hadnt wasn asap wondered bother trouble favour
    situate situated lie lies shall such humbly humble obtain intends intend fer moi luvver luv lookin yon yer
    thee thou summat ay mither wor bairn pet nowt
    single r k snd nxt wiv dat dem da gr8 barely hardly scarcely merely mere incl inc fella geezer bud buddy pal
    together somewhere
    wise provide provided provides require requires requiring desire desires seek seeks seeking solely restrict
    restricted retain retained rooftop rooftops roofs bonjour bore da helpdesk colleagues
    download downloading highlight highlighting flag flagging assemble compile compiling grab grabbing
    kno ken whit yins bigger'n cos coz lad bloke tidy mun haw whey wotcha teatime barney gonnae wouldnae couldnae
    dinnae humour yins fur oot minds gie gis owd lovey duck petal pard ta-da
    obvs gooo goo halp wassup whoop ayy yoooo ngl cba aight fam bruh af legend mad lmk fr idk x front particulars
    headline anyroad hullo reckons bro
    typos
"""

FILLER_PHRASES = """
    ave a look|ave you|ave we|ave ye|most grateful|most obliged|most appreciated|most appreciative|most welcome
    most helpful|most thankful|ay up|ey up
    applies to|apply to|applied to|applying to|applicable to|relates to|relating to|belongs to|corresponds to
    corresponding to|attached to|awarded to|granted to|paid to|payable to|shown too
    one more|one more thing|some more|any more|one last one|last one|next one
    hi there|hello there|hey there|morning all|im after|i am after|were after|we are after|after all|im only after
    what about|how about|tell me about|know about|ask about|asking about|enquiring about|inquiring about
    curious about|info about|information about|to do with|list of|a list of|the list of|at the moment|right now
    up and running|as well|by any chance|by the way|if possible|if you can|out there|for me|to me|for us|to us
    please quote|quote the|quote me|quote us|got back|gets back|get back to|got back to|gets back to|come back to
    came back to|coming at|coming in at|comes at
    league table|in my inbox|in our inbox|to my inbox|in the car|on the train|of every|mad rush|bar chart|bar charts
    come on quick|quiz question|havent got|havent had|havent received|havent seen
    havent found|dont have|do not have|have not got|hasnt got
    regional manager|regional managers|regional director|regional directors|regional office|regional offices
    regional lead|regional team|regional teams|regional sales|regional paper|regional head|regional boss|regional rep
    regional planner|regional officer|regional council|regional airport|regional rail|regional panel|regional press
    regional meeting|regional meetings|regional news|regional planning|regional bank|regional desk|regional hq
    id like|id love|id need|id rather|id prefer|id appreciate|id want|id welcome|id be|id say|id hope|id also|id just
    id really|id quite|id very much|id be grateful|back row|back rows
    i need to|we need to|i want to|id like to|i would like to|want to|need to|like to|have to|going to|trying to
    able to|used to|wondering about|thinking about|looking at|looking for|look for|look at|come from|and all that
    and so on|or whatever|in the register|on the register|in the data|in the database|in the list|in the dataset
    on the list|on file|on record|on the books|in question|in particular|in detail|in general|in advance|in mind
    in our|in my|in your|in place|in operation|in use|in existence|in there|under the fit|under fit
    under the feed in tariff|under the scheme|under the fit scheme|on the fit|on the feed in tariff
    on the fit scheme|in the fit|in the fit scheme|in the feed in tariff|in the scheme|signed up to
    from the register|from the data|from the database|from the list|from you|with you|to know|to see|to find|to get
    to have|to look|to show|to list|to be|to help|just over here|over to you|what i need is|in terms of
    with regard to|with respect to|when it comes to|in relation to|in connection with|in order to|so as to|all of
    all the|all those|all these|each of them|every one of|any of|some of the|lots of detail|from now|in total there
    about time|all about|in fact|of course|to start with|for a start|first of all|first off|first thing|first up
    send over the|send over any|send over all|send over your|send across|hand over the|send me over|send us over
    please forward|kindly forward|forward me|forward us|forward the|forward particulars|particulars of
    somebody send over|someone send over|you send over|please send over|pls send over|anyone send over
    draw up|drawing up|turn up|line up|work up|knock up|hand me|hand us|present me with|present us with|on screen
    be a star and|be a love and|be a dear and|be a pal and|be a darling and|when you get a second
    when you have a second|must explain it to|have to explain it to|in a list|into a list|as a list
    when you get a sec|when you get a minute|when you get a chance|when you get a mo
    email me|email us|email a list|email me a list|email us a list|email over a list
    kind regards|best regards|warm regards|kindest regards|best wishes|yours sincerely|yours faithfully|yours truly
    my numbers|my figures|our numbers|our figures|my sums|the more complete|the more the better|the better
    in the spring|in the summer|in the autumn|in the winter|this spring|this summer|this autumn|this winter
    up against|we are up against|per site|per installation|per scheme|per farm|per turbine
    on rooftops|on the rooftops|on roofs|roof mounted|ground mounted|on the roof|on the ground|at first
    for the first time|next to nothing|last thing|one last thing|next up|at last
    the following|following up
    following on|follow up|up to date|up to scratch|bring up|pull up|call up|look up|sign up|end up|add to|due to
    of them all|of all of them|of them|question mark|exclamation mark|full stop|new line|sort of|all sorts of
    some sort of
    any sort of|kind of|some kind of|any kind of|kind of thing|sort of thing|so kind as to|be so kind as to
    kind enough to
    be kind enough to|the region of|area of|the area of|county of|town of|city of|district of|the county of
    the town of|the city of|island of|the island of|isle of the|on the phone|on the line|over the phone|by phone
    by email
    via email|on the train|on the bus|in the car|in the van|in the pub|down the pub|in the office|on the road
    a wave of
    waves of|wave of|a flurry of|a rash of|a rush of|counting only|only counting|just counting|would be fine|are fine
    is fine|would do|will do|in the same boat|job lot|how does it look|a rough idea|the whole shebang|no end of
    in hand|in tow|in bed|in luck|in trouble|in charge|in touch|in front|in tears|in need|in person|in passing
    in short
    in brief|in full|in peace|in a hurry|in a rush|in a pickle|in a bit|in a moment|in a minute|in the morning
    in the afternoon|in the evening|in the end|in the meantime|in the middle|in the news|in the paper|in the papers
    in the meeting|in due course|in the dark|in that case|in any case|in a nutshell|in so many words|in an ideal world
    above all|above all else|over to you|under pressure|under the weather|under the cosh|more importantly
    most importantly|less talk|more data|first things first|last but not least|next on my list|next on the list
    next on our list|top of the morning|biggest thanks ever|biggest thanks|small question|small favour|small request
    little favour|little question|quick question|big favour|big ask|big thanks|small thing|little thing|tiny favour
    tiny question|long story short|a long shot|short notice|at short notice|in the last meeting|the last meeting
    last meeting|the last list|last list|more to the point|sooner or later|at the end of the day|by the end of the day
    end of the day|end of play|by close of play|up to you|up to my eyes|up to my neck|over and out|once
    more|once again
    before i forget|before you go|before lunch|after lunch|by the by|a big fan|big day|small world|a little bit
    a little bird told me|at your leisure|the last time|last time|this time|next time|many a time|in half an hour
    yeah no|no yeah|what i meant was|what i mean is|other than that|apart from that|aside from that|besides that
    share the list|share a list|share list|share the data|share the details|share details|please share
    kindly share|could you share|can you share
    be so kind|so kind|would be kind|very kind
    kind of you|if you would be so kind|if you will be so kind|if youd be so kind|most kind
    your prompt reply|your prompt response|your prompt attention|your prompt action|your prompt help|prompt reply
    prompt response|do the needful
    please and thank you|in kw|in mw|in kilowatts|in megawatts|units of|a good number of|a fair number of
    any number of|a great number of|a good few of
    i dont suppose|dont suppose|what i know|i tell you what|tech mix|technology mix|under the sun
    check it against|check against|check them against|sent over|be sent over|put together
    in the ground|now in a minute|on his books|on your books
    on our books|on condition that each|on condition that|provided that it|provided it|provided that|to csv
    as csv|to excel|to a spreadsheet|export to csv
    2 kno|2 know|2 see|which 1s|wich 1s|4 me|4 my|4 us
    examples of|put an end to|a second one|second one|the attention of|for the attention of
    is it up to|up to working|say under|says under|filed under|listed under|recorded under|registered under
    farm scale|farm sized|just the one|on the|as far as
    brought forward|bring forward|look forward|looking forward
    o&m|o & m|o and m|story idea|headline number|one for the road|pub quiz
    little print|small print|at your very earliest convenience
    at your earliest possible convenience|at the earliest convenience
    for my money|spend his money|his money|her money
    the rugby|about the rugby|watching the rugby|after the rugby|before the rugby
    quick one|one for you|any road|the job's over in|jobs over in
    bless them|bless him|bless her|bless em|whats the story|what's the story
    and share|share with me|share me|do share|needs a number|one number will do|need a number|just a number
    a number please|in accounts|in finance|in procurement|in compliance|in marketing|in legal|in planning dept
    are sat in|is sat in|so to speak|if you wood|hash tag|hashtag|semi colon|end of dictation|send message
    end of message|scroll down
    so over to you|over a biscuit|over a cuppa|over a pint|over a brew|over lunch|over dinner|over tea
    over breakfast
    the same money|same money
"""

STORY = """
    turns shortlist longlist tenner fiver
    meeting meetings call calls client clients customer customers boss manager colleague colleagues council board
    committee chairman director reports paper papers presentation presenting slides slide deck talk workshop
    conference webinar lecture thesis dissertation essay article project study studies survey analysis assessment
    appraisal review audit research researching researcher student students university college planning plan plans
    planner strategy policy proposal bid tender pitch quote work works worked job office desk company firm business
    organisation charity trust landowner landowners farmer farmers investor investors investment fund funds funding
    finance bank tomorrow yesterday today tonight monday tuesday wednesday thursday friday saturday sunday week
    weekend weeks month soon later deadline due date lunch noon next time times moment minute hurry rush writing
    write preparing prepare prepared putting put drafting draft compiling compile building driving drive visiting
    visit travelling travel travelled trip journey heading walk walking holiday holidays train bus car van staying
    stay moved move moving lives lived living grew born friend friends family wife husband mum dad mother father
    brother sister son daughter uncle aunt neighbour neighbours kids child children cousin landlord tenant tenants
    people person man woman guy lady chap village local land field fields acre acres hill hills valley river rivers
    sea mountain mountains garden estate property house home buildings roof thinking told phoned emailed rang called
    spoke big long short hot cold bad spreadsheet spreadsheets table map maps chart charts graph csv excel file
    files dashboard page website sites screen print printed market markets sector industry trade competitor
    competitors competition opportunity opportunities consultant consultants consultancy engineer engineers
    engineering installer installers analyst analysts developers broker brokers surveyor surveyors first second
    third last final few day days required important background context reason purpose since although visits tour
    touring seen saw looked views exhibition event events buy buying bought acquire acquiring acquisition portfolio
    deal deals assets lease leasing sell selling upgrade upgrading replace replacing replacement refurbish
    refurbishment maintenance maintain repair repairs service servicing compare verify verifying confirm confirming
    double-check sanity sorry happy keen glad afraid busy stuck tired confused lost read reading heard hear hearing
    news newspaper radio tv book books money budget spend cost costs price prices value values valuation start
    starting begin beginning end ending finish name names named number numbers group groups members member
    association society club government minister mp ministry department authority authorities agency questions
    answer answers
"""

FOREIGN = """
    news headline headlines legal rights solicitor solicitors lawyer lawyers sue
    weather forecast raining rain rainy sunny snow snowing temperature humidity storm storms windy breeze gale gales
    hurricane recipe recipes cook cooking bake baking restaurant restaurants pub pubs hotel hotels flight flights
    ticket tickets football cricket match score scores game games movie movies film films song songs music lyrics
    poem poems poetry joke jokes story stories haiku limerick translate translation translated president king queen
    explain explains define definition history historical invented inventor inventing wikipedia buy buying purchase
    price prices cost costs cheap cheaper expensive quote quotes quotation grant grants loan loans mortgage
    insurance job jobs vacancy vacancies salary salaries career careers hiring recruit recruitment cv apprenticeship
    apprenticeships training course courses stock stocks bitcoin crypto currency exchange inflation python
    javascript java html css sql regex code coding program programming script algorithm doctor medicine symptom
    symptoms headache diet calories vaccine virus car cars bike bikes taxi train trains bus buses parking traffic
    road roads motorway airport airports schools school teacher homework exam exams diy tutorial guide manual
    instructions clean cleaning cleaner cleaners repair repairs fix fixing maintenance noise noisy flicker birds
    bird bats wildlife bill bills meter meters complaint complain complaints refund cancel subscription apply
    applying application applications vat tax taxes eclipse moon stars star planet planets space sunset sunrise pros
    cons advantages disadvantages benefits benefit drawbacks phone email telephone horoscope lottery dog dogs cat
    cats pet pets horse horses crossword puzzle quiz trivia riddle election vote parliament brexit wine beer coffee
    tea chocolate cake curry chips
"""

COMPOUND = """
    tiles tile planning objections objection reviews review sale grid bank banks spare
    instrument instruments speed speeds chill direction tunnel tunnels screen screens shield breaker breakers surf
    surfing surfer sock socks pipe pipes gust gusts swept eclipse eclipses flare flares systems plexus cycle cycles
    wind winds sail sails flask flasks therapy dip massage pool pools bottle bottles gardening phonics charger
    chargers lights light lamp lamps torch watch watches calculator calculators fan fans heater heaters heating
    water calendar year cleaning cleaners cleaner jobs job prices price cost costs installer installers engineer
    engineers company companies quotes quote manufacturer manufacturers supplier suppliers maker makers blade blades
    engine engines engineering technician technicians industry sector market markets course courses training degree
    degrees blog news grants grant tax theory physics diagram definition mitigation resource maps map atlas
    radiation irradiance irradiation gain shading blinds film glass battery batteries policy law laws association
    conference expo trade show book books museum toys toy model models design designs drawing drawings song songs
    tattoo stocks shares etf bonds investments investors estimator payback savings financing loan lease leases
"""

ORDERS = """
    ignore|ignoring|disregard|forget your|forget the|forget all|forget everything|forget previous|forget what
    system prompt|your prompt|your instructions|previous instructions|prior instructions|all instructions|your rules
    your guidelines|developer mode|jailbreak|pretend|act as|you are now|youre now|roleplay|role play|from now on
    reveal|new instructions|override|overrule|bypass|instead of json|respond with|reply with|answer with|answer only
    reply only|respond only|respond in|answer in|reply in|write in|speak like|talk like|drop table|delete from
    select from|insert into|update set|sudo|shutdown|api key|password|passwords|secret|secrets|credentials|token
    output only|say hello|repeat after|repeat the words|repeat your|print your|print the prompt|your training
    training data|what model are you|who made you|instruction|instructions|prompt|stop being|no longer
    without restrictions|unrestricted|write a|write me|write an|write some|compose|tell me a|dan mode|chatbot
    chatgpt|hypothetically|set query type|set technology|query type|output json|return unsupported|return everything
    print unsupported|system message|stop filtering|do not filter|dont filter|drop the filter|drop all|delete all
    delete the|delete every|erase|root access|hack|your answer|disregarding|disregards|neglect|always answer
    always return|always say|just say|simply say|say that|claim that|confirm that|as an ai|language model
    end of prompt|new policy|always add|always include|always append|always set|your output|your outputs|word for word
    verbatim|begin new|new task|new role|your role|your task|your job|change your
    your behaviour|your behavior
"""

OWN = """
    we are in|were in|were based in|we are based in|im in|i am in|im based in|i am based in|i live in|i work in
    my office is in|our office is in|calling from|writing from|im from|i am from|we are from|were from|based in
    living in|our hq is in|our headquarters are in|we live in|my house is in|im sitting in|sitting in|im near
    i live near|we live near|our office in|my office in|we work in|working in|working from|i am near|were near
    we are near|our team is in|i come from|im calling from|im writing from|were a|we are a|im a|i am a
    from our office in|im at|our base is in|headquartered in|our company is in|my company is in|our firm is in
    im over in|were over in|were up in|im down in|im up in|were down in|my home is in|home is|im stuck in|our hq in
    the office is in|my desk in|im currently in|we are currently in|were currently in|office in|offices in|hq in
    emailing from|texting from|ringing from|phoning from|greetings from|hello from|good evening from|good morning from
    good afternoon from|hi from|morning from|evening from|messaging from|i study in|i study at|im studying in
    team in|moved from|i moved from|i am writing from|next door in|sunny greetings from|hello from sunny
"""
