/* The card form: three labelled fields and the test cards, in a shadow root that the page's styles do not reach. */

const FIELDS = [
  {
    name: "number",
    label: "Card number",
    placeholder: "1234 1234 1234 1234",
    autocomplete: "cc-number",
    group: groupNumber,
    most: 19,
  },
  {
    name: "expiry",
    label: "Expires",
    placeholder: "MM / YY",
    autocomplete: "cc-exp",
    group: groupExpiry,
    most: 4,
  },
  {
    name: "code",
    label: "Security code",
    placeholder: "CVC",
    autocomplete: "cc-csc",
    group: (digits) => digits,
    most: 4,
  },
];

/** An element that wears the page's appearance. */
function dressed(host, appearance) {
  const { colorText, colorTextSecondary, colorBackground, colorPrimary, borderRadius } =
    appearance?.variables ?? {};
  const border = /(?:#|rgb|hsl)[^;]*$/.exec(appearance?.rules?.[".Input"]?.border ?? "")?.[0];
  const night = appearance?.theme === "night";
  const look = {
    "--till-text": colorText,
    "--till-muted": colorTextSecondary,
    "--till-ground": colorBackground,
    "--till-accent": colorPrimary,
    "--till-on-accent": night ? "#1d0f0a" : undefined,
    "--till-radius": borderRadius,
    "--till-line": border,
  };
  for (const [name, value] of Object.entries(look)) host.style.setProperty(name, value ?? "");
  return host;
}

function shadowOf(host) {
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  return root;
}

function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

class CardForm {
  constructor(appearance, onChange) {
    this.host = dressed(document.createElement("div"), appearance);
    this.onChange = onChange;
    this.fields = Object.fromEntries(FIELDS.map((field) => [field.name, this.field(field)]));
    const { number, expiry, code } = this.fields;
    const row = made("div", { class: "row" }, expiry.block, code.block);
    shadowOf(this.host).append(this.testCards(), number.block, row);
  }

  field({ name, label, placeholder, autocomplete, group, most }) {
    const described = { "aria-describedby": `${name}-problem`, autocomplete, placeholder };
    const input = made("input", { id: name, type: "text", inputmode: "numeric", ...described });
    const problem = made("p", { id: `${name}-problem`, class: "problem" });
    input.addEventListener("input", () => this.typed(input, group, most));
    // Only on the way to another field: a message that appears under the mouse would move the button away from it.
    input.addEventListener(
      "blur",
      ({ relatedTarget }) => this.owns(relatedTarget) && input.value && this.show(name),
    );
    input.addEventListener(
      "keydown",
      (event) => event.key === "Enter" && this.host.closest("form")?.requestSubmit(),
    );
    return {
      input,
      problem,
      block: made("div", { class: "field" }, made("label", { for: name }, label), input, problem),
    };
  }

  /** Groups the digits; a caret in the middle stays where it is. */
  typed(input, group, most) {
    const isAtEnd = input.selectionStart === input.value.length;
    if (isAtEnd) input.value = group(digitsOf(input.value).slice(0, most));
    input.removeAttribute("aria-invalid");
    this.fields[input.id].problem.textContent = "";
    this.onChange();
  }

  owns(element) {
    return element instanceof HTMLInputElement && this.host.shadowRoot.contains(element);
  }

  testCards() {
    const buttons = TEST_CARDS.map(({ number, label }) => {
      const button = made("button", { type: "button" }, label);
      button.addEventListener("click", () => this.fill(number));
      return button;
    });
    const cards = made("div", { class: "cards" }, ...buttons);
    return made("fieldset", {}, made("legend", {}, "Test cards, to click"), cards);
  }

  fill(number) {
    const year = String((new Date().getFullYear() + 4) % 100).padStart(2, "0");
    const values = { number: groupNumber(number), expiry: `12 / ${year}`, code: "123" };
    for (const [name, value] of Object.entries(values)) {
      this.fields[name].input.value = value;
      this.show(name);
    }
    this.onChange();
  }

  digits(name) {
    return digitsOf(this.fields[name].input.value);
  }

  problemOf(name) {
    const digits = this.digits(name);
    if (name === "number") return numberProblem(digits);
    return name === "expiry" ? expiryProblem(digits) : codeProblem(digits, this.digits("number"));
  }

  /** Writes the field's problem beside it, and returns it. */
  show(name) {
    const { input, problem } = this.fields[name];
    const found = this.problemOf(name);
    problem.textContent = found ?? "";
    if (found) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    return found;
  }

  /** All problems shown; the first one, with the focus on its field, or null. */
  check() {
    const wrong = FIELDS.map(({ name }) => ({ name, message: this.show(name) })).filter(
      ({ message }) => message,
    );
    if (wrong.length === 0) return null;
    this.fields[wrong[0].name].input.focus();
    return wrong[0].message;
  }

  get isComplete() {
    return FIELDS.every(({ name }) => this.problemOf(name) === null);
  }

  get isEmpty() {
    return FIELDS.every(({ name }) => this.digits(name) === "");
  }

  /** As form fields of a PaymentMethod. */
  get paymentMethod() {
    const expiry = this.digits("expiry");
    return {
      type: "card",
      "card[number]": this.digits("number"),
      "card[exp_month]": expiry.slice(0, 2),
      "card[exp_year]": expiry.slice(2),
      "card[cvc]": this.digits("code"),
    };
  }
}
