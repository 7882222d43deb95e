// The little that only a browser can do.
window.portal = {
  prefersDark: () => matchMedia("(prefers-color-scheme: dark)").matches,

  setTheme(theme) {
    document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax`;
    document.documentElement.dataset.theme = theme;
  },

  // What is marked as here, into the middle of a bar that scrolls sideways.
  showHere(bar) {
    const here = bar?.querySelector(".active, .here")?.getBoundingClientRect();
    if (here) bar.scrollLeft += here.left + here.width / 2 - bar.getBoundingClientRect().left - bar.clientWidth / 2;
  },

  copy: text => navigator.clipboard.writeText(text),

  async signOut(address) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = address;
    const token = await portal.antiforgery();
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: token.field, value: token.value });
    form.append(field);
    document.body.append(form);
    form.submit();
  },

  async antiforgery() {
    const answer = await fetch("/antiforgery");
    return answer.ok ? answer.json() : { field: "", value: "", header: "" };
  },

  // Sends a file over HTTP, never over the circuit, in parts that survive a lost connection, a closed laptop and a restarted
  // server: what is there already, by its hash, is not sent again. Reports to `page` as it goes.
  async upload(input, address, page) {
    const file = input.files[0];
    if (!file) return;
    input.value = "";
    const sending = (portal.sending = { file, address, page, cancelled: false, header: {} });
    const warn = e => e.preventDefault();
    addEventListener("beforeunload", warn);
    const result = await portal.sendParts(sending).catch(stop => (Array.isArray(stop) ? stop : [0, ""]));
    removeEventListener("beforeunload", warn);
    portal.sending = null;
    portal.tell(page, "OnUploadDone", result, true);
  },

  async sendParts(sending) {
    const { file, address } = sending;
    // Asked first: an ended session or a file too large is told before a gigabyte is sent.
    const { maxBytes, tooLarge } = JSON.parse(await portal.call(sending, "GET", address));
    if (file.size > maxBytes) throw [413, JSON.stringify({ detail: tooLarge })];
    const token = await portal.antiforgery();
    if (token.header) sending.header = { [token.header]: token.value };
    const begin = JSON.stringify({ fileName: file.name, length: file.size });
    const upload = JSON.parse(await portal.call(sending, "POST", `${address}/begin`, begin, { "Content-Type": "application/json" }));
    sending.upload = `${address}/${upload.uploadId}`;
    const held = new Map(upload.parts.map(p => [p.number, p.sha256]));
    sending.there = 0;
    for (let number = 0, from = 0; from < file.size; number++, from += upload.partBytes) {
      const part = file.slice(from, from + upload.partBytes);
      const hash = await portal.sha256(part).catch(() => { throw [-2, ""]; });
      if (hash && held.get(number) === hash) {
        sending.there += part.size;
      } else {
        await portal.call(sending, "PUT", `${sending.upload}/parts/${number}`, part, hash ? { "X-Part-SHA256": hash } : {}, from);
      }
      portal.tell(sending.page, "OnUploadProgress", [from + part.size, file.size, sending.there]);
    }
    return [200, await portal.call(sending, "POST", `${sending.upload}/finish`)];
  },

  // One request, repeated until it is answered: a lost connection and a restarting server pass by themselves.
  async call(sending, method, address, body, headers = {}, from = null) {
    for (let attempt = 0; ; attempt++) {
      const [status, text] = await portal.request(sending, method, address, body, { ...sending.header, ...headers }, from);
      if (sending.cancelled) throw [-1, ""];
      if (status >= 200 && status < 300) return text;
      if (status !== 0 && status !== 429 && (status < 500 || status === 507)) throw [status, text.slice(0, 8000)];
      portal.tell(sending.page, "OnUploadWaiting", []);
      await new Promise(done => { sending.wake = done; setTimeout(done, Math.min(500 * 2 ** attempt, 10_000)); });
      if (sending.cancelled) throw [-1, ""];
    }
  },

  request: (sending, method, address, body, headers, from) => new Promise(done => {
    const request = (sending.request = new XMLHttpRequest());
    request.open(method, address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    let last = 0;
    if (from !== null) request.upload.onprogress = e => {
      const now = performance.now();
      if (now - last > 150) {
        last = now;
        portal.tell(sending.page, "OnUploadProgress", [from + e.loaded, sending.file.size, sending.there]);
      }
    };
    request.onloadend = () => done([request.status, request.responseText]);
    request.send(body);
  }),

  // Without a secure context a browser offers no hash; then a broken upload begins anew.
  async sha256(part) {
    const bytes = await part.arrayBuffer();
    return crypto.subtle
      ? [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map(b => b.toString(16).padStart(2, "0")).join("")
      : null;
  },

  // The circuit may be away for a while: an end is told until it arrives, progress only if it can.
  async tell(page, what, values, untilHeard = false) {
    while (true) {
      try {
        return await page.invokeMethodAsync(what, ...values);
      } catch {
        if (!untilHeard) return;
        await new Promise(done => setTimeout(done, 1000));
      }
    }
  },

  async cancelUpload() {
    const sending = portal.sending;
    if (!sending) return;
    sending.cancelled = true;
    sending.wake?.();
    sending.request?.abort();
    if (sending.upload) await fetch(sending.upload, { method: "DELETE", headers: sending.header }).catch(() => {});
  },
};
