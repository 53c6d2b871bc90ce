// One connection for the tab, kept on window: components come and go with every page.
const UNKNOWN = 4404; // the server knows no tab by this path
const LONGEST_PAUSE = 2000; // ms, between two attempts
const SILENCE = 12_000; // ms; the server breaks it sooner where the connection is whole

// A frame is painted when the task after its animation frame runs. A hidden tab is given none.
const afterPainting = (done) =>
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(null);
  });

// What the script has drawn comes by another connection, and in several goes.
const SETTLE = 250; // ms at most
const afterSettling = (done) =>
  setTimeout(() => (window.requestIdleCallback ?? ((next) => next()))(() => afterPainting(done), { timeout: SETTLE }), 30);

const newChannel = () => {
  const channel = { attempts: 0, heard: 0 };
  const say = (text) => channel.socket?.readyState === WebSocket.OPEN && channel.socket.send(text);
  channel.say = say; // a component may have something to say too

  const connect = () => {
    clearTimeout(channel.waiting);
    const address = new URL(channel.path, location);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = (channel.socket = new WebSocket(address));
    channel.heard = performance.now();
    socket.onopen = () => document.hidden && say("hidden");
    socket.onmessage = ({ data }) => {
      channel.attempts = 0;
      channel.heard = performance.now();
      channel.line.hidden = true;
      show(JSON.parse(data));
    };
    socket.onclose = ({ code }) => lose(socket, code);
  };
  const show = ({ moment, parts, run, settle }) => {
    if (run) channel.askForRun();
    if (!parts) return;
    for (const [key, shown] of Object.entries(parts)) {
      try {
        take(key, moment, shown);
      } catch (error) {
        console.error(error); // the other parts are drawn all the same
      }
    }
    (settle ? afterSettling : afterPainting)(() => say(`painted ${moment}`));
  };
  // Streamlit changes the page's theme, or learns of it, without running the script.
  const drawInTheme = () => {
    const seen = getComputedStyle(channel.line).getPropertyValue("--st-background-color");
    const stale = seen !== channel.background && seen !== channel.asked;
    channel.asked = seen; // once: a theme that the script doesn't know would be asked for forever
    if (stale) channel.askForRun();
  };
  const lose = (socket, code) => {
    if (socket !== channel.socket) return;
    channel.socket = undefined;
    if (code === UNKNOWN) channel.askForRun(); // it brings a path that is known
    channel.line.textContent = channel.cut;
    channel.line.hidden = channel.attempts === 0;
    channel.waiting = setTimeout(connect, Math.min(200 * 2 ** channel.attempts++, LONGEST_PAUSE));
  };

  channel.use = ({ path, cut, background }, line, askForRun) => {
    Object.assign(channel, { cut, line, askForRun, background });
    drawInTheme();
    if (path === channel.path) return;
    channel.path = path;
    const former = channel.socket;
    connect();
    former?.close();
  };
  document.addEventListener("visibilitychange", () => {
    channel.heard = performance.now();
    say(document.hidden ? "hidden" : "visible");
  });
  // A laptop that was asleep, or has changed its network, is not told that a connection is dead.
  setInterval(() => {
    const { socket } = channel;
    if (document.hidden || !socket || performance.now() - channel.heard < SILENCE) return;
    lose(socket);
    socket.close();
  }, 1000);
  return channel;
};

export default function ({ data, parentElement, setTriggerValue }) {
  const channel = (window.liveChannel ??= newChannel());
  channel.use(data, parentElement.querySelector(".live-channel"), () => setTriggerValue("run", true));
}
