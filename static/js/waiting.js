// Shows the page anew when what it waits for has moved on; without it the page has a link for that.

const EVERY = 1500;

export function waiting(element) {
  const look = async () => {
    try {
      const answer = await fetch(element.dataset.state, { headers: { Accept: "application/json" } });
      const { mark, ended } = answer.ok ? await answer.json() : { mark: element.dataset.mark, ended: false };
      if (ended || mark !== element.dataset.mark) {
        location.reload();
        return;
      }
    } catch {
      // the network is away: asked again below
    }
    setTimeout(look, EVERY);
  };
  setTimeout(look, EVERY);
}
