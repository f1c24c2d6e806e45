import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { shipped } from "../../components/script";

test("a script that is shipped has its values, and neither comments nor a gap before it", () => {
  const directory = mkdtempSync(join(tmpdir(), "keelson-shipped-"));
  const file = join(directory, "a.sh");
  writeFileSync(file, "#!/bin/sh\n# Why.\necho @A_B@ @A_B@ @OTHER@ user@host # said\n");
  expect(shipped(file, { A_B: 1 })).toBe("#!/bin/sh\necho 1 1 @OTHER@ user@host # said\n");
  writeFileSync(file, "# Why.\n\necho\n");
  expect(shipped(file, {})).toBe("echo\n");
  rmSync(directory, { recursive: true });
});
