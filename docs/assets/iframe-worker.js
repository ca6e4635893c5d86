// A page opened as a file may start no worker, and the search runs in one: here it runs in a hidden
// frame instead. The generator would fetch such a script from the network; its name tells it not to.
if (location.protocol === "file:") {
  window.Worker = class {
    constructor(url) {
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      this.frame = frame;
      this.ready = new Promise((loaded) => {
        const inside = frame.contentWindow;
        inside.postMessage = (data) => this.onmessage?.(new MessageEvent("message", { data }));
        const script = inside.document.createElement("script");
        script.src = new URL(url, location.href).href;
        script.onload = loaded;
        script.onerror = () => this.onerror?.(new ErrorEvent("error"));
        inside.document.body.append(script);
      });
    }

    postMessage(data) {
      this.ready.then(() =>
        this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })),
      );
    }

    terminate() {
      this.frame.remove();
    }
  };
}
