import './short-work.js';
import { NET_NAMES, netFacts } from '../nn/net-facts.js';
import { UserError } from '../util/user-error.js';
import type { Invocation } from './invocation.js';
import { netNamed, netQuestion } from './net-options.js';
import { describeNet, sideBySide } from './net-text.js';

/** What Tables 1 and 2 say of a net, with what Sect. 2.3 argues; of all nets side by side where none is named. */
export async function execute(invocation: Invocation): Promise<number> {
  const { positionals, values } = invocation;
  if (positionals.length > 1) throw new UserError('One net at a time, please, or none to see all.');
  const question = netQuestion(invocation);
  const factsOf = (name: string) => netFacts({ net: netNamed(name), ...question });
  const [name] = positionals;
  const one = name === undefined ? undefined : factsOf(name);
  if (values['json'] === true) {
    const facts = one ?? { nets: NET_NAMES.map(factsOf) };
    console.log(JSON.stringify({ format: 1, ...facts }, null, 2));
  } else console.log((one ? describeNet(one) : sideBySide(NET_NAMES.map(factsOf))).join('\n'));
  return Promise.resolve(0);
}
