const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
const { hour12 } = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions();
const asDay = new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric", year: "numeric" });
const asTime = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", hour12 });
for (const element of document.querySelectorAll("time[datetime]")) {
  const start = new Date(element.dateTime);
  element.title = element.textContent;
  element.textContent = `${asDay.format(start)}, ${asTime.format(start)}, your time (${zone.replaceAll("_", " ")})`;
}
