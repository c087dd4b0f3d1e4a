/* The bank's question (3-D Secure), as a dialog over the page. */

/** Resolves to "pass" or "fail"; closing the dialog is no answer, so the bank says no. */
function askBuyer(amount, appearance) {
  const host = dressed(made("div", { "data-emulated-bank": "" }), appearance);
  const yes = made("button", { type: "button", class: "yes" }, "Complete authentication");
  const no = made("button", { type: "button" }, "Fail authentication");
  const dialog = made(
    "dialog",
    { "aria-labelledby": "title", "aria-describedby": "words" },
    made("h2", { id: "title" }, "Your bank asks: is it you?"),
    made(
      "p",
      { id: "words" },
      `This is the test bank's 3-D Secure page for a payment of ${amount}. Choose how it ends.`,
    ),
    made("div", { class: "acts" }, yes, no),
  );
  shadowOf(host).append(dialog);
  document.body.append(host);
  dialog.showModal();
  return new Promise((resolve) => {
    yes.addEventListener("click", () => dialog.close("pass"));
    no.addEventListener("click", () => dialog.close("fail"));
    dialog.addEventListener("close", () => {
      host.remove();
      resolve(dialog.returnValue === "pass" ? "pass" : "fail");
    });
  });
}

function amountOf({ amount, currency }) {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency: currency.toUpperCase() });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}
