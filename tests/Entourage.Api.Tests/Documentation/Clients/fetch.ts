// A whole session with openapi-fetch and the types of openapi-typescript. Each annotated variable checks a type.
import createClient from "openapi-fetch";
import type { paths } from "./generated/api";

const api = createClient<paths>({ baseUrl: process.env.ENTOURAGE_URL! });

function must<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

const org = must(await api.POST("/api/v1/orgs", { body: { name: "Acme", slug: "fetch" } }));
const team = must(await api.POST("/api/v1/orgs/{orgId}/teams", { params: { path: { orgId: org.id } }, body: { name: "Core", slug: "core" } }));
const agent = must(await api.POST("/api/v1/teams/{id}/agents", { params: { path: { id: team.id } }, body: { name: "eng-1", role: "engineer" } }));
must(await api.PATCH("/api/v1/settings/teams/{id}", {
  params: { path: { id: team.id } },
  body: { daily_cost_limit_usd: 1, weekly_cost_limit_usd: null, runaway: { max_tokens: null } },
}));
const session = must(await api.POST("/api/v1/sessions/start", { body: { agent_id: agent.id, model: "claude-sonnet-4-20250514" } }));
const path = { id: session.id };
const reservation = must(await api.POST("/api/v1/sessions/{id}/reservations", { params: { path }, body: { estimated_cost_usd: 0.4 } }));

const refused = (await api.POST("/api/v1/sessions/{id}/reservations", { params: { path }, body: { estimated_cost_usd: 5 } })).error;
if (refused?.type !== "/problems/budget-exceeded") throw new Error(`Expected a refusal by the budget, got ${refused?.type}.`);
const most: number = refused.max_reservable_usd;
const retryAt: string | null = refused.retry_at;
console.log("refused", most, refused.budget.scope, retryAt);

const usage = must(await api.POST("/api/v1/sessions/{id}/usage", {
  params: { path },
  body: { input_tokens: 2500, output_tokens: 800, cost_usd: 0.012, reservation_id: reservation.id },
}));
const stop: boolean = usage.stop;
const reasons: string[] = usage.stop_reasons;
const task: number | null = usage.task_id;
console.log("usage", stop, reasons, task, usage.budget.cap_reached_at);

const costs = must(await api.GET("/api/v1/teams/{id}/costs", { params: { path: { id: team.id }, query: { period: "today" } } }));
if (typeof costs === "string") throw new Error("Expected JSON.");
const hours: number | undefined = costs.by_hour?.length;
console.log("costs", costs.total_cost_usd, hours);

must(await api.POST("/api/v1/agents/{id}/pause", { params: { path: { id: agent.id } }, body: { reason: "Lunch" } }));
const paused = (await api.POST("/api/v1/sessions/start", { body: { agent_id: agent.id } })).error;
if (paused?.type !== "/problems/paused") throw new Error(`Expected a pause, got ${paused?.type}.`);
const expiry: string | null | undefined = paused.expires_at;
console.log("paused", paused.scope, expiry);

const ended = must(await api.POST("/api/v1/sessions/{id}/end", { params: { path } }));
const status: "active" | "completed" | "failed" | "killed" | "abandoned" = ended.status;
console.log("end", status, ended.ended_at);
