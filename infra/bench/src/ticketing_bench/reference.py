"""What the rows are measured against: the original application, this one before its costs were measured, and goals."""

# CPU time of the original (Node), measured beside ours on 2026-11-25: seconds per 1000 requests, in bare responses of
# that day (0.034 s per 1000).
_BARE = 0.034
ORIGINAL = {
    "GET /api/tickets (50)": 2.72 / _BARE,
    "GET /api/tickets/{id}": 1.05 / _BARE,
    "GET /api/users/currentuser": 0.38 / _BARE,
    "POST /api/tickets": 1.44 / _BARE,
    "POST /api/orders": 2.43 / _BARE,
    "GET /api/orders/{id}": 1.56 / _BARE,
    "GET /api/orders (20)": 3.92 / _BARE,
    "POST /api/users/signin": 63.0 / _BARE,
}
# The first report, of commit 9fae0b2 on 2026-11-26, in bare responses.
BEFORE = {
    "GET /api/tickets (50)": 40.6,
    "GET /api/tickets/{id}": 17.7,
    "GET /api/users/currentuser": 7.3,
    "POST /api/tickets": 28.7,
    "POST /api/orders": 60.5,
    "GET /api/orders/{id}": 32.5,
    "GET /api/orders (20)": 46.6,
    "POST /api/users/signin": 638.9,
    "GET / (50 tickets), anonymous": 163.4,
    "GET / (50 tickets), signed in": 140.0,
    "GET /api/tickets/{id}, gateway alone": 5.7,
    "GET /api/tickets (50), deep page": 33.6,
    "GET /api/tickets (50), of 1,000,000": 33.0,
    "GET /api/tickets (50), deep page of 1,000,000": 42.1,
    "GET /api/tickets/{id}, of 1,000,000": 20.1,
    "POST /api/orders, after 500,000": 77.7,
}
# The highest share of the original's CPU time.
GOALS = {
    "GET /api/tickets (50)": 0.4,
    "GET /api/tickets/{id}": 0.5,
    "GET /api/users/currentuser": 0.5,
    "POST /api/tickets": 0.5,
    "POST /api/orders": 0.5,
    "GET /api/orders/{id}": 0.5,
    "GET /api/orders (20)": 0.4,
}
