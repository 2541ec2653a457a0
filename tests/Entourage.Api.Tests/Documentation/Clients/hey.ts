// A whole session with the client of @hey-api/openapi-ts. Each annotated variable checks a type.
import { client } from "./generated/hey/client.gen";
import * as api from "./generated/hey/sdk.gen";

client.setConfig({ baseUrl: process.env.ENTOURAGE_URL! });
const throwOnError = true as const;

const org = (await api.createOrganisation({ body: { name: "Acme", slug: "hey" }, throwOnError })).data;
const team = (await api.createTeam({ path: { orgId: org.id }, body: { name: "Core", slug: "core" }, throwOnError })).data;
const agent = (await api.createAgent({ path: { id: team.id }, body: { name: "eng-1" }, throwOnError })).data;
await api.changeTeamSettings({ path: { id: team.id }, body: { daily_cost_limit_usd: 1, runaway: { max_tokens: null } }, throwOnError });
const session = (await api.startSession({ body: { agent_id: agent.id, model: "claude-sonnet-4-20250514" }, throwOnError })).data;
const path = { id: session.id };
const reservation = (await api.createReservation({ path, body: { estimated_cost_usd: 0.4 }, throwOnError })).data;

const refused = (await api.createReservation({ path, body: { estimated_cost_usd: 5 } })).error;
if (refused?.type !== "/problems/budget-exceeded") throw new Error(`Expected a refusal by the budget, got ${refused?.type}.`);
const most: number = refused.max_reservable_usd;
console.log("refused", most, refused.budget.scope, refused.retry_at);

const usage = (await api.recordUsage({
  path,
  body: { input_tokens: 2500, output_tokens: 800, cost_usd: 0.012, reservation_id: reservation.id },
  throwOnError,
})).data;
const stop: boolean = usage.stop;
const task: number | null = usage.task_id;
console.log("usage", stop, usage.stop_reasons, task);

const costs = (await api.getTeamCosts({ path: { id: team.id }, query: { period: "today" }, throwOnError })).data;
if (typeof costs === "string") throw new Error("Expected JSON.");
const hours: number | undefined = costs.by_hour?.length;
console.log("costs", costs.total_cost_usd, hours);

const ended = (await api.endSession({ path, throwOnError })).data;
const endedAt: string | null = ended.ended_at;
console.log("end", ended.status, endedAt);
