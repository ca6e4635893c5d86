"""What a draw decides. A number, once given, is never given again: old draws keep their values."""

# At birth of an agent
PEOPLE = 1
TASTES = 2
FIRMS = 3
CENTRES = 4
ZONES = 5
# Each month: household
FAMILY = 10
PARTNER = 11
# Each month: mother
RECONSIDER = 21
TASTE_OF_WORK = 22
TASTE_OF_CARE = 23
VACANCY_SEEN = 24
QUEUE_FOR_PLACE = 25
QUEUE_FOR_JOB = 26
ABSENCE = 27
CHILD_ILLNESS = 28
SEPARATION = 29
# Each month: firm, programme
FIRM_HIRING = 40
FIRM_OTHERS = 41
BUILDING = 50
OUTREACH = 51
LEANING_OF_FIRM = 52
AGREEMENT = 53
SITES = 54
SITE_VALIDATION = 55
NEEDS = 56
# A panel: which women are asked
PANEL = 60
# A replayed study: who is chosen by lot
STUDY = 70
