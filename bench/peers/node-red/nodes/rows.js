// Source and sinks of the measurement: rows as fast as the flow takes them, at most a thousand on the way; then the rate, some rounds long.
const TOTAL = 5_000;
const ROUNDS = 4;
const ON_THE_WAY = 1_000;
const KEYS = 16;

module.exports = (RED) => {
  let sent = 0;
  let done = 0;
  RED.nodes.registerType('rows-in', function RowsIn(config) {
    RED.nodes.createNode(this, config);
    let i = 0;
    let seed = 42;
    let round = 0;
    let begun;
    const random = () => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed / 0x7fffffff;
    };
    const pump = () => {
      for (let k = 0; sent - done < ON_THE_WAY && sent < TOTAL && k < 500; k++, i++, sent++) {
        const tick = Math.floor(i / KEYS);
        const payload = 42.4 + 6 * Math.sin(tick / 300 + (i % KEYS)) + (random() - 0.5) * 4 + (random() < 0.001 ? 60 : 0);
        this.send({ ts: 1.7e12 + tick * 10, topic: `pump ${i % KEYS}`, payload, q: random() < 0.01 ? 64 : 0 });
      }
      if (done < TOTAL) return void setImmediate(pump);
      const { user, system } = process.cpuUsage(begun);
      console.log(`RATE ${Math.round(TOTAL / ((user + system) / 1e6))}`);
      if (++round === ROUNDS) process.exit(0);
      begin();
    };
    const begin = () => {
      sent = done = 0;
      begun = process.cpuUsage();
      setImmediate(pump);
    };
    setTimeout(begin, 500);
  });
  RED.nodes.registerType('rows-done', function RowsDone(config) {
    RED.nodes.createNode(this, config);
    this.on('input', (_message, _send, finished) => {
      done++;
      finished();
    });
  });
  RED.nodes.registerType('rows-out', function RowsOut(config) {
    RED.nodes.createNode(this, config);
    this.on('input', (_message, _send, finished) => finished());
  });
};
