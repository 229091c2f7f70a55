import type { Invocation } from './invocation.js';
import { planSpec, stagecraftFor } from './planned-spec.js';

export async function execute(invocation: Invocation): Promise<number> {
  const stagecraft = stagecraftFor(invocation);
  let status = 0;
  for (const path of invocation.positionals.length > 0 ? invocation.positionals : [undefined]) {
    const planned = await planSpec(stagecraft, path, invocation);
    if (planned) console.log(`${planned.spec.file}: right, ${planned.plan.tasks.length} tasks.`);
    else status = 2;
  }
  return status;
}
