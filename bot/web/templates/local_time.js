const { hour12 } = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions();
const asDay = new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric", year: "numeric" });
const asTime = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", hour12 });
const asZone = new Intl.DateTimeFormat("en-US", { timeZoneName: "long" });
for (const element of document.querySelectorAll("time[datetime]")) {
  const start = new Date(element.dateTime);
  const zone = asZone.formatToParts(start).find((part) => part.type === "timeZoneName").value;
  element.title = element.textContent;
  // The spaces inside the time do not break.
  element.textContent = `${asDay.format(start)}, ${asTime.format(start).replace(/\s/, "\u00a0")}, your time (${zone})`;
}
