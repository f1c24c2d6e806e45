import { clear } from "../support/stack";

/** Before the suites: what a run left that was killed. After them: what a suite that failed could not take away. */
export default function clearAll(): void {
  clear("e2e");
}
