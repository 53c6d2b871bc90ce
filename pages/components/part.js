// What moves on the page, by key. The script and the channel both bring versions of a part: the later counts.
const parts = (window.liveParts ??= new Map());
const partOf = (key) => parts.get(key) ?? parts.set(key, { moment: 0 }).get(key);
const take = (key, moment, shown) => {
  const part = partOf(key);
  if (moment <= part.moment) return;
  Object.assign(part, { moment, shown });
  part.draw?.(shown);
};
// Draws what the component's part shows, and each later version, until the function that it returns is called.
const follow = ({ key, moment, shown }, draw) => {
  const part = partOf(key);
  if (moment > part.moment) Object.assign(part, { moment, shown: JSON.parse(shown) });
  part.draw = draw;
  draw(part.shown);
  return () => part.draw === draw && delete part.draw;
};
// Nothing to show takes no room, nor the gap around it.
const reveal = (place, shown) => (place.closest(".stElementContainer").style.display = shown ? "" : "none");
