// Draws HTML that the server has made, and only where it is other than what stands there.
export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".live-html");
  return follow(data, (html) => {
    if (html === place.drawn) return;
    place.innerHTML = place.drawn = html;
    reveal(place, html);
  });
}
