"""What can happen to a payment. Each change is one write of the payment and its event."""
