// What outlives the worker but not the browser: read once when the worker wakes, written through.

export class Memory {
  /** `area`: storage.session. */
  constructor(area) {
    this.area = area;
    this.items = {};
    /** Nothing may be asked before this. */
    this.ready = area.get(null).then((kept) => { this.items = { ...kept, ...this.items }; }, () => {});
  }

  get(name) {
    return this.items[name];
  }

  set(name, value) {
    this.items[name] = value;
    this.area.set({ [name]: value });
  }

  remove(name) {
    if (!(name in this.items)) return;
    delete this.items[name];
    this.area.remove(name);
  }
}
