// The little that only a browser can do.
window.portal = {
  prefersDark: () => matchMedia("(prefers-color-scheme: dark)").matches,

  setTheme(theme) {
    document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax`;
    document.documentElement.dataset.theme = theme;
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

  // Sends a file over HTTP, never over the circuit; reports to `page` as it goes.
  async upload(input, address, page) {
    const file = input.files[0];
    if (!file) return;
    input.value = "";
    // Asked first: an ended session or a file too large is told before a gigabyte is sent.
    const allowed = await fetch(address).catch(() => null);
    if (!allowed?.ok) return page.invokeMethodAsync("OnUploadDone", allowed?.status ?? 0, "");
    const { maxBytes, tooLarge } = await allowed.json();
    if (file.size > maxBytes) return page.invokeMethodAsync("OnUploadDone", 413, JSON.stringify({ detail: tooLarge }));
    const token = await portal.antiforgery();
    const request = new XMLHttpRequest();
    portal.running = request;
    request.open("POST", address);
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    if (token.header) request.setRequestHeader(token.header, token.value);
    let last = 0;
    request.upload.onprogress = e => {
      const now = performance.now();
      if (now - last > 150 || e.loaded === e.total) {
        last = now;
        page.invokeMethodAsync("OnUploadProgress", e.loaded, e.total);
      }
    };
    request.onload = () => page.invokeMethodAsync("OnUploadDone", request.status, request.responseText.slice(0, 8000));
    request.onerror = () => page.invokeMethodAsync("OnUploadDone", 0, "");
    request.onabort = () => page.invokeMethodAsync("OnUploadDone", -1, "");
    request.send(file);
  },

  cancelUpload: () => portal.running?.abort(),
};
