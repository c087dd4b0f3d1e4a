/* window.Stripe: what the marketplace's page uses of Stripe.js, with the emulator behind it. */

class EmulatedStripe {
  constructor(key) {
    if (typeof key !== "string" || !key.startsWith("pk_test_")) {
      throw new IntegrationError("The emulator takes a publishable test key: one that begins with pk_test_.");
    }
    this.key = key;
  }

  elements(options) {
    this.latest = new Elements(options);
    return this.latest;
  }

  async createConfirmationToken({ elements, params = {} }) {
    if (!elements.isSubmitted) {
      throw new IntegrationError(
        "elements.submit() must be called, without an error, before createConfirmationToken().",
      );
    }
    const data = Object.entries(elements.mounted().form.paymentMethod).map(([name, value]) => [
      dataName(name),
      value,
    ]);
    const extra = params.return_url ? { return_url: params.return_url } : {};
    const made = await ask(this.key, "POST", "v1/confirmation_tokens", {
      ...Object.fromEntries(data),
      ...extra,
    });
    elements.isSubmitted = false;
    return made.error ? made : { confirmationToken: made };
  }

  async createPaymentMethod({ elements }) {
    const made = await ask(this.key, "POST", "v1/payment_methods", elements.mounted().form.paymentMethod);
    return made.error ? made : { paymentMethod: made };
  }

  async retrievePaymentIntent(clientSecret) {
    const found = await ask(this.key, "GET", intentPath(clientSecret), { client_secret: clientSecret });
    return found.error ? found : { paymentIntent: found };
  }

  /** Lets the bank ask the buyer, if it wants to. */
  async handleNextAction({ clientSecret }) {
    const { paymentIntent, error } = await this.retrievePaymentIntent(clientSecret);
    if (error || paymentIntent.status !== "requires_action") return error ? { error } : { paymentIntent };
    const outcome = await askBuyer(amountOf(paymentIntent), this.latest?.options.appearance);
    const path = `${intentPath(clientSecret)}/emulate_3ds`;
    const after = await ask(this.key, "POST", path, { client_secret: clientSecret, outcome });
    if (after.error) return after;
    return after.last_payment_error ? { error: after.last_payment_error } : { paymentIntent: after };
  }

  async createToken() {
    throw new IntegrationError("The emulator has no card tokens: use createConfirmationToken().");
  }

  async confirmCardPayment() {
    throw new IntegrationError(
      "The emulator's payments are confirmed by the server: use handleNextAction().",
    );
  }
}

/** "card[number]" → "payment_method_data[card][number]". */
function dataName(name) {
  const [first, ...rest] = name.split("[");
  return [`payment_method_data[${first}]`, ...rest].join("[");
}

function intentPath(clientSecret) {
  return `v1/payment_intents/${clientSecret.split("_secret_")[0]}`;
}

window.Stripe = Object.assign((key) => new EmulatedStripe(key), { version: "endive" });
