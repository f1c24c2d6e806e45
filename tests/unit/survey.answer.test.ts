import { parseAnswer } from "../../components/survey/answer";
import { seenOf } from "../../components/survey/again";
import { answer } from "./survey.fixture";

describe("an answer", () => {
  test("is one only when it has come whole", () => {
    expect(parseAnswer("boot 1\nclock 2\n")).toBeUndefined();
    expect(parseAnswer("sudo: a password is required")).toBeUndefined();
  });
  test("has all that the machine told", () => {
    const told = answer(
      "sudo: unable to resolve host",
      "boot b",
      "clock 17",
      "owner an-id my stack",
      "script m-docker done abc 1",
      "changed m-docker file 12:644:root:root 99 34:644:root:root /etc/a b",
      "version kubelet 1.36.3",
      "ends 2000000000 /etc/kubernetes/pki/ca.crt",
      "etcd well",
      "node w unready 2026-01-01T00:00:00Z",
      "node m ready 2026-01-01T00:00:00Z",
    );
    expect(told).toMatchObject({ boot: "b", clock: 17, owner: "an-id my stack", etcd: "well", apiSilent: false });
    expect([...told.unready]).toEqual([["w", "2026-01-01T00:00:00Z"]]);
    expect([...(told.nodes ?? [])]).toEqual(["w", "m"]);
    expect(answer("api silent").nodes).toBeUndefined();
    expect(told.scripts.get("m-docker")?.changes).toMatchObject([{ kind: "file", name: "/etc/a b", since: "99" }]);
    expect([...told.versions, ...told.ends]).toEqual([
      ["kubelet", "1.36.3"],
      ["/etc/kubernetes/pki/ca.crt", 2_000_000_000],
    ]);
  });
});

describe("a script runs again", () => {
  const again = (program: string, ...lines: readonly string[]) => seenOf(answer(...lines)).again("m-docker", program);

  test("where its last run did not end well, or has not ended yet", () => {
    expect(again("abc", "script m-docker running abc 7")).toMatchObject({
      token: "7",
      words: ["its last run failed or was killed: these settings are applied again"],
    });
    // The update that sent it was killed: whatever it is doing, the settings of now are to be the last.
    for (const program of ["abc", "before"]) {
      expect(again(program, "script m-docker running abc 7", "working m-docker")).toMatchObject({
        token: "7",
        words: ["an earlier run is still at work there: these settings are applied when it ends"],
      });
    }
  });
  test("where another program ran last than the state may know of", () => {
    expect(again("abc", "script m-docker done abc 7")).toBeUndefined();
    expect(again("new", "script m-docker done abc 7")?.words).toEqual([
      "its last run is not in the state: these settings are applied again",
    ]);
  });
  test("where something of its work was changed, with the file by which to tell what that means", () => {
    const line = (since: string) => `changed m-docker file 1 ${since} 2 /etc/docker/daemon.json`;
    const found = again("abc", "script m-docker done abc 7", line("5"));
    expect(found?.words).toEqual(["/etc/docker/daemon.json was changed by hand: it is written again"]);
    expect([...(found?.files ?? [])]).toEqual(["/etc/docker/daemon.json"]);
    expect(again("abc", "script m-docker done abc 7", line("6"))?.token).not.toBe(found?.token);
  });
  test("each time that the same happens to what has no time of its change, and once for each", () => {
    const stopped = (run: string) =>
      again("abc", `script m-docker done abc ${run}`, "changed m-docker unit stopped 0 active docker.service")?.token;
    expect(stopped("8")).not.toBe(stopped("7"));
    expect(stopped("7")).toBe(stopped("7"));
  });
  test("where a certificate, or what leads to kube-proxy's rules, is gone", () => {
    const words = (what: string) => again("abc", "script m-docker done abc 7", `changed m-docker ${what}`)?.words;
    expect(words("present - 0 there /etc/etcd/pki/etcd/server.key")).toEqual([
      "/etc/etcd/pki/etcd/server.key is gone: it is made again",
    ]);
    expect(words("rules - 0 there kube-proxy")).toEqual([
      "nothing leads to the rules of kube-proxy any more: it sets them again",
    ]);
  });
  test("where an image that came with the bundle is gone", () => {
    const gone = "changed m-kubelet image - 0 loaded docker registry.example.com/pause:3.10";
    const told = seenOf(answer("script m-kubelet done abc 7", gone)).again("m-kubelet", "abc");
    expect(told?.words).toEqual(["docker has the image registry.example.com/pause:3.10 no more: it is loaded again"]);
  });
  test("not where the machine remembers nothing of it", () => {
    expect(again("abc")).toBeUndefined();
  });
  test("with what follows from it, but not for what nobody asks for", () => {
    const seen = seenOf(answer("script m-docker running abc 7", "script gone running abc 8"));
    expect(seen.follows()).toBeUndefined();
    seen.again("m-docker", "abc");
    expect(seen.follows()?.words).toEqual(["what is repaired on it takes effect in its turn"]);
    expect(seenOf(answer("waiting 123")).follows()?.words).toEqual([
      "deferred restarts are made, each machine in its turn",
    ]);
  });
});

describe("a script of one moment", () => {
  const seen = (...lines: readonly string[]) => seenOf(answer(...lines));
  const gone = "changed w-join present - 0 there /etc/kubernetes/kubelet.conf";

  test("runs once more where what it was for is gone, or doing so failed: by the run that is mended", () => {
    expect(seen("script w-join done abc 7", gone).onceMore("w-join")).toMatchObject({
      token: "7",
      words: ["/etc/kubernetes/kubelet.conf is gone: it is made again"],
    });
    expect(seen("script w-join running abc 8 7", gone).onceMore("w-join")?.token).toBe("8");
    expect(seen("script w-join running abc 8 7").onceMore("w-join")?.words).toEqual([
      "its last run failed or was killed: these settings are applied again",
    ]);
  });
  test("runs once more where its certificate has ended", () => {
    const ended = "changed w-join present ended 0 there /var/lib/kubelet/pki/kubelet-client-current.pem";
    expect(seen("script w-join done abc 7", ended).onceMore("w-join")?.words).toEqual([
      "/var/lib/kubelet/pki/kubelet-client-current.pem has ended: another is issued",
    ]);
  });
  test("does not where it did what it is for, or has never done it: its first run is made anew by the state", () => {
    for (const ran of ["script w-join done abc 8 7", "script w-join done abc 7", "script w-join running abc 7"]) {
      expect(seen(ran).onceMore("w-join")).toBeUndefined();
    }
    expect(seen().onceMore("w-join")).toBeUndefined();
  });
  test("keeps the token of the last time, so that nothing changes after it", () => {
    expect(seen("script w-join done abc 8 7").ranOnceMore("w-join")).toBe("7");
    expect(seen("script w-join done abc 7").ranOnceMore("w-join")).toBeUndefined();
  });
  test("gives a node all that it has once more where it is, or will be, another one than that which had it", () => {
    const anew = (node: "absent" | "unmarked" | undefined, ...lines: readonly string[]) =>
      seenOf(answer(...lines), node).anew("w-join");
    const done = "script w-join done abc 8 7";
    expect(anew("unmarked", done)).toMatchObject({
      token: "8",
      words: ["its node is another one than before: it is awaited, and given its labels, annotations and taints again"],
    });
    expect(anew("absent", done, gone)?.token).toBe("8");
    expect(anew("absent", "script w-join running abc 9 8")?.token).toBe("9");
    // Nobody makes it in this run; it has what it had; its machine has yet to join.
    expect(anew("absent", done)).toBeUndefined();
    expect(anew(undefined, done, gone)).toBeUndefined();
    expect(anew("absent", "script w-join running abc 7")).toBeUndefined();
    expect(anew("unmarked")).toBeUndefined();
  });
  test("makes what follows from it run again", () => {
    const told = seen("script w-join done abc 7", gone);
    told.onceMore("w-join");
    expect(told.follows()?.words).toEqual(["what is repaired on it takes effect in its turn"]);
  });
});
