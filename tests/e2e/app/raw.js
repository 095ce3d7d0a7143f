// Speaks the channel by hand, as a page does that means no good. The test puts its question in front: what is posted on the window,
// and what on the port after the handshake. Told back: whether the page saw its own message, and what came on the port.

const CHANNEL = '53ee284d-920a-4b59-9d30-a60315b26836';
const done = arguments[arguments.length - 1];
const question = arguments[0];
const big = (value) => JSON.parse(JSON.stringify(value), (_, one) => (one === 'LARGE' ? 'x'.repeat(2 * 1024 * 1024) : one));

const { port1, port2 } = new MessageChannel();
const told = { own: false, answers: [] };
const wanted = (question.asks ?? []).length + 1;
let finished = false;
const finish = () => {
  if (finished) return;
  finished = true;
  done(told);
};
addEventListener('message', (event) => {
  if (event.source !== window || event.data?.responseId !== 'hand') return;
  told.own = true;
  finish();
});
port1.onmessage = ({ data }) => {
  told.answers.push(data);
  if (told.answers.length === 1) {
    const extensionId = data.extensionId;
    (question.asks ?? []).forEach((body, index) => port1.postMessage({ channel: CHANNEL, extensionId, responseId: `ask-${index}`, body: big(body) }));
  }
  if (told.answers.length >= wanted) finish();
};
window.postMessage({ channel: CHANNEL, responseId: 'hand', body: { method: 'Handshake' }, ...question.hand }, location.origin, [port2]);
// Nothing at all is an answer, too: long after the library itself has given up.
setTimeout(finish, 15000);
