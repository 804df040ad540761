/** Rebuilds a projection of the library Emmett: `node rebuild.mjs DATABASE EVENTS`. */

import {
  getPostgreSQLEventStore,
  pongoSingleStreamProjection,
  rebuildPostgreSQLProjections,
} from "@event-driven-io/emmett-postgresql";

const STREAM = 100;
const [connectionString, asked] = process.argv.slice(2);
const store = getPostgreSQLEventStore(connectionString);
await store.schema.migrate();
for (let race = 0; race * STREAM < Number(asked); race += 1) {
  const crossings = Array.from({ length: STREAM }, (_, row) => ({
    type: "CrossingRecorded",
    data: { competitor: "felix-roussel", elapsed_ms: row * 9000 },
  }));
  await store.appendToStream(`race-${race}`, crossings);
}

let events = 0;
const races = pongoSingleStreamProjection({
  collectionName: "races",
  canHandle: ["CrossingRecorded"],
  evolve: (race, { data }) => {
    events += 1;
    return { crossings: (race?.crossings ?? 0) + 1, elapsed_ms: data.elapsed_ms };
  },
});
const rebuild = rebuildPostgreSQLProjections({ connectionString, projections: [races] });
const began = performance.now();
await rebuild.start();
const seconds = (performance.now() - began) / 1000;
await rebuild.close();
await store.close();
console.log(JSON.stringify({ events, per_s: events / seconds }));
