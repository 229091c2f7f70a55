/** The last lines that a task's worker printed: what it said before it failed. */
const KEPT = 5;
/** Of one line, characters. */
const LONGEST = 300;

/** TensorFlow's greetings, which every worker prints. */
const GREETING =
  /oneDNN custom operations are on|absl::InitializeLog|cpu_feature_guard|To enable the following instructions|Started server with target/;

export class LastLines {
  readonly #byTask = new Map<string, readonly string[]>();

  add(recipe: string, text: string): void {
    const lines = text.split('\n').filter((line) => line.trim() !== '' && !GREETING.test(line));
    const all = [...this.of(recipe), ...lines.map((line) => line.slice(0, LONGEST))];
    this.#byTask.set(recipe, all.slice(-KEPT));
  }

  of(recipe: string): readonly string[] {
    return this.#byTask.get(recipe) ?? [];
  }
}
