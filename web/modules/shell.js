/** Asks the service worker to keep this page, so that it opens without a network. */

/** Return `kept`, or why the page cannot be kept. */
export async function keepShell() {
  if (!("serviceWorker" in navigator)) return "needs https";
  try {
    await navigator.serviceWorker.register("worker.js", { updateViaCache: "none" });
    const { active } = await navigator.serviceWorker.ready;
    const files = performance
      .getEntriesByType("resource")
      .filter(({ initiatorType }) => ["script", "link", "css", "other"].includes(initiatorType))
      .map(({ name }) => name)
      .filter((name) => new URL(name).origin === location.origin && !name.includes("/api/"));
    const channel = new MessageChannel();
    return await new Promise((resolve) => {
      channel.port1.onmessage = ({ data }) => resolve(data);
      setTimeout(() => resolve("no answer"), 10_000);
      active.postMessage({ keep: [location.href, ...files] }, [channel.port2]);
    });
  } catch (error) {
    return error.message;
  }
}
