"""What the rows are measured against: the original application, and the goals."""

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
