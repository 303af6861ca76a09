// blocks/learn/registry/block.ts
import { boolean, defineBlock, field, i32, jsonState, number, text, z } from "#blocks/sdk/index.ts";

// blocks/learn/registry/registry.ts
var emptyRegister = () => ({ history: [], pending: [] });
var KEPT = 20;
function refusal(register, score, { better, gate, margin }) {
  const sign = better === "higher" ? 1 : -1;
  if (sign * (score - gate) < 0) return "gate";
  const active = register.history.at(-1);
  return active && sign * (score - active.score) < margin ? "not-better" : "";
}
function activate(register, entry) {
  register.history.push(entry);
  if (register.history.length > KEPT) register.history.shift();
}
function rollBack(register) {
  if (register.history.length < 2) return void 0;
  register.history.pop();
  return register.history.at(-1);
}
var takePending = (register) => register.pending.pop();
var setPending = (register, entry) => {
  register.pending = [entry];
};
var activeOf = (register) => register.history.at(-1) ?? { model: "", score: Number.NaN };

// blocks/learn/registry/block.ts
var block_default = defineBlock({
  id: "learn.registry",
  version: "1.0.0",
  title: { en: "Model registry", zh: "模型注册" },
  summary: {
    en: "Decides which model is active: candidates pass a gate, persons approve, a command rolls back.",
    zh: "决定启用哪个模型：候选模型先过指标门槛，再经人员批准；可按指令回退。"
  },
  words: { en: "mlops version promote champion challenger rollback approval", zh: "模型版本 上线 冠军 挑战者 回退 审批" },
  icon: "versions",
  capabilities: ["model.load"],
  reference: "ISO/IEC 42001:2023 (control of AI systems in operation); champion and challenger practice",
  labels: {
    candidate: { en: "Candidate", zh: "候选模型" },
    rollback: { en: "Roll back", zh: "回退" },
    model: { en: "Active model", zh: "启用的模型" }
  },
  params: z.object({
    better: field(z.enum(["higher", "lower"]).default("higher"), {
      title: { en: "Better is", zh: "指标方向" },
      options: { higher: { en: "a higher score", zh: "越高越好" }, lower: { en: "a lower score", zh: "越低越好" } }
    }),
    gate: field(z.number().default(0), {
      title: { en: "Gate", zh: "门槛值" },
      help: { en: "A candidate must reach it.", zh: "候选模型必须达到。" }
    }),
    margin: field(z.number().min(0).default(0), {
      title: { en: "Better than the active one by", zh: "须优于现用模型" },
      help: { en: "In units of the score.", zh: "以指标的单位计。" }
    }),
    persons: field(z.number().int().min(0).max(5).default(1), {
      title: { en: "Persons who approve", zh: "批准人数" },
      help: { en: "0: what passes the gate is active at once.", zh: "0 表示通过门槛即启用。" }
    }),
    timeout: field(z.number().positive().max(86400).default(86400), {
      title: { en: "Time to approve", zh: "批准时限" },
      unit: "s"
    })
  }),
  carry: "none",
  badQuality: "skip",
  inputs: { candidate: { model: text(), score: number() }, rollback: { condition: boolean() } },
  optionalInputs: ["rollback"],
  output: { model: text(), score: number(), event: text(), reason: text() },
  state: { register: jsonState(emptyRegister()), on: i32() },
  on: {
    candidate(row, s, p, ctx) {
      const reason = refusal(s.register, row.score, p);
      if (reason !== "") {
        const active2 = activeOf(s.register);
        return { model: active2.model, score: active2.score, event: "refused", reason };
      }
      if (p.persons === 0) {
        activate(s.register, { model: row.model, score: row.score });
        return { model: row.model, score: row.score, event: "active", reason: "" };
      }
      setPending(s.register, { model: row.model, score: row.score });
      ctx.effect("confirm.request", {
        text: {
          en: `Use model ${row.model.slice(0, 12)} with score ${row.score}?`,
          zh: `启用模型 ${row.model.slice(0, 12)}（指标 ${row.score}）？`
        },
        value: row.score,
        persons: p.persons,
        timeout: p.timeout
      });
      const active = activeOf(s.register);
      return { model: active.model, score: active.score, event: "waiting", reason: "" };
    },
    rollback(row, s) {
      const rising = row.condition && s.on === 0;
      s.on = row.condition ? 1 : 0;
      if (!rising) return;
      const back = rollBack(s.register);
      const active = activeOf(s.register);
      return back ? { model: back.model, score: back.score, event: "rolled-back", reason: "" } : { model: active.model, score: active.score, event: "refused", reason: "no-earlier" };
    }
  },
  onResult(answer, s) {
    const waiting = takePending(s.register);
    if (!waiting) return;
    if (answer.ok) activate(s.register, waiting);
    const active = activeOf(s.register);
    return { model: active.model, score: active.score, event: answer.ok ? "active" : "refused", reason: answer.reason ?? "" };
  }
});
export {
  block_default as default
};
