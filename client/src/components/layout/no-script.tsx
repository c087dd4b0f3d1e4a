// React streams late content hidden, and a script moves it into place.
const SHOW_STREAMED = 'div[hidden][id^="S:"] { display: block !important } .pulse-soft { display: none }';

/** Without JavaScript, pages can be read and searched; says so, and shows streamed content. */
export function NoScript() {
  return (
    <noscript>
      <style>{SHOW_STREAMED}</style>
      <p className="bg-warn-ground px-4 py-1.5 text-[13px] text-warn sm:px-8">
        JavaScript is turned off. You can browse and search tickets; signing in, selling, reserving and paying
        need JavaScript.
      </p>
    </noscript>
  );
}
