"""%wanx works in every shell: with top-level await or without, and beside what others install."""

import ast
import asyncio
import subprocess
import sys
import textwrap

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.terminal.embed import InteractiveShellEmbed  # noqa: T100 - it is what is tried
from tests.magics.cells import run
from tests.magics.kernels import kernel, said_by

import ipywanx as wx

EDIT = "%wanx super_resolution photo --seed 3 -o out"
CELL = "%%wanx super_resolution photo --seed 3 -o out\n蓝色 'it' \"is\" \\n {x} $y"


def awaits(shell: InteractiveShell, cell: str) -> bool:
    """Whether the cell, as it would run, awaits our magic."""
    return "await get_ipython().magics_manager" in shell.transform_cell(cell)


def made(shell: InteractiveShell) -> wx.Result:
    """What the last edit left under its name."""
    result = shell.user_ns.pop("out")
    assert isinstance(result, wx.Result)
    assert result.request.seed == 3
    return result


# ---- shells ----------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", [CELL, f"x = 1\n{EDIT}\ny = out"])
@pytest.mark.parametrize("setting", ["off", "sync", "asyncio"])
def test_an_edit_runs_with_every_setting_of_autoawait(shell, setting, cell):
    """Without top-level await, or with a loop that is none, the cell waits in the ordinary way."""
    run(shell, f"%autoawait {setting}")
    assert awaits(shell, cell) is (setting == "asyncio")
    run(shell, cell)
    made(shell)


def test_a_loop_of_another_library_is_not_awaited_on(shell):
    """A runner that is not asyncio's, such as trio's, is not given our coroutine."""
    shell.loop_runner = lambda _: pytest.fail("it was given our coroutine")
    shell.autoawait = True
    run(shell, EDIT)
    made(shell)


def test_an_embedded_shell(photo):
    """IPython.embed() stands in the middle of a program, with a runner that cannot await."""
    embedded = InteractiveShellEmbed()  # noqa: T100
    embedded.run_line_magic("autoawait", "sync")  # as embed() does
    embedded.run_line_magic("load_ext", "ipywanx")
    embedded.push({"photo": photo("cat").resize((520, 520))})
    for cell in (EDIT, CELL):
        run(embedded, cell)
        made(embedded)


@pytest.mark.parametrize("cell", [EDIT, CELL])
def test_a_shell_inside_an_application_with_a_loop(shell, cell):
    """Where a loop runs already, a cell that is run at once is not awaited on it; others are."""

    async def application() -> None:
        run(shell, cell)  # at once, as a server's console does
        made(shell)
        done = await shell.run_cell_async(cell, transformed_cell=shell.transform_cell(cell))
        done.raise_error()
        made(shell)
        assert awaits(shell, cell)

    asyncio.run(application())


def test_a_kernel_within_the_program():
    """The kernel of an application's own console, as Qt programs embed it, makes edits too."""
    code = f"""
    from ipykernel.inprocess.manager import InProcessKernelManager
    manager = InProcessKernelManager()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    for cell in ("from PIL import Image; photo = Image.new('RGB', (520, 520))",
                 "%load_ext ipywanx", {EDIT!r}, {CELL!r}):
        client.execute(cell)
        print(client.get_shell_msg(timeout=60)["content"]["status"])
    print(manager.kernel.shell.user_ns["out"].request.seed)
    """
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == ["ok"] * 4 + ["3"], done.stderr


def test_a_kernel_without_autoawait():
    """In a real kernel %autoawait off leaves every form of an edit working, and on again awaits."""
    with kernel() as client:
        said_by(
            client, "%load_ext ipywanx\nfrom PIL import Image\nphoto = Image.new('RGB', (520, 520))"
        )
        for setting in ("off", "asyncio"):
            said_by(client, f"%autoawait {setting}")
            for cell in (EDIT, CELL, f"for _ in range(1):\n    {EDIT}", f"%%time\n{EDIT}"):
                said = said_by(client, f"{cell}\n" if cell == CELL else f"{cell};")
                assert "Error" not in said, said
                assert said_by(client, "out.request.seed") == "3"
                said_by(client, "del out")


# ---- cells within cells ----------------------------------------------------------------------

STACKED = ["%%time", "%%capture shown", "%%timeit -n1 -r1", "%%prun -q", "%%time\n%%capture shown"]


@pytest.mark.parametrize("cell", [EDIT, CELL])
@pytest.mark.parametrize("above", STACKED)
def test_other_cell_magics_stand_above(shell, above, cell):
    """%%time, %%capture and their like run ours inside theirs, %%wanx with its body as well."""
    run(shell, f"{above}\n{cell}")
    result = made(shell)
    if cell is CELL:
        assert result.request.prompt == CELL.partition("\n")[2]


# ---- other transformers ----------------------------------------------------------------------


def unchanged(lines: list[str]) -> list[str]:
    """Change nothing."""
    return lines


def in_one_piece(lines: list[str]) -> list[str]:
    """Give the cell as one string."""
    return ["".join(lines)]


def remarked(lines: list[str]) -> list[str]:
    """Put a remark behind each line and a statement before all."""
    return ["import time; began = time.time()\n", *(f"{line.rstrip()}  # mine\n" for line in lines)]


def timed(lines: list[str]) -> list[str]:
    """Put the cell into a block."""
    body = textwrap.indent("".join(lines), "    ")
    return f"import contextlib\nwith contextlib.nullcontext():\n{body}".splitlines(keepends=True)


def in_a_function(lines: list[str]) -> list[str]:
    """Put the cell into a function and call it."""
    body = textwrap.indent("".join(lines), "    ")
    return f"def cell():\n{body}\ncell()\n".splitlines(keepends=True)


def reprinted(lines: list[str]) -> list[str]:
    """Write the cell anew, as a formatter does."""
    return ast.unparse(ast.parse("".join(lines))).splitlines(keepends=True)


OTHERS = [unchanged, in_one_piece, remarked, timed, in_a_function, reprinted]


@pytest.mark.parametrize("cell", [CELL, f"kept = {EDIT}"])
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("place", ["before", "after"])
def test_another_transformer_before_or_after_ours(shell, other, cell, place):
    """Whatever another extension does to the cell, and in whichever order, the edit is made."""
    transformers = shell.input_transformers_post
    transformers.insert(0 if place == "before" else len(transformers), other)
    run(shell, "1 + 1")  # one cell later ours comes last again
    run(shell, cell)
    made(shell)
    assert not (other is in_a_function and awaits(shell, EDIT))


class Doubled(ast.NodeTransformer):
    """An AST transformer that touches each statement, as those of debuggers do."""

    def visit_Expr(self, node: ast.Expr) -> list[ast.stmt]:
        """Put a statement before it."""
        return [ast.copy_location(ast.Pass(), node), node]


def test_an_ast_transformer_sees_an_ordinary_tree(shell):
    """Transformers of the tree get ours like any other statement."""
    shell.ast_transformers.append(Doubled())
    for cell in (EDIT, CELL):
        run(shell, cell)
        made(shell)


@pytest.mark.parametrize(
    "code",
    [
        "text = '''\nget_ipython().run_line_magic('wanx', 'cost')\n'''",
        "text = \"get_ipython().run_line_magic('wanx', 'x')\"",
        "def f():\n    return get_ipython().run_line_magic('wanx', 'cost')",
        "other = 'wanx'",
        "await asyncio.sleep(0)  # wanx",
    ],
)
def test_what_only_looks_like_ours_stays(shell, code):
    """A text that quotes a magic, and a call in a function, are left as they are."""
    assert shell.transform_cell(code).strip() == code


@pytest.mark.parametrize(
    "cell",
    [
        "results['a'] = %wanx super_resolution photo --seed 3 -o out",
        "图 = 1; x = '图'\nbox.value = %wanx super_resolution photo --seed 3 -o out\n'图'",
    ],
)
def test_an_edit_may_be_given_to_anything(shell, cell):
    """Not only to a name: to an item or an attribute, with letters of any width before it."""
    run(shell, "results = {}\nfrom types import SimpleNamespace\nbox = SimpleNamespace()")
    assert awaits(shell, cell)
    run(shell, cell)
    assert made(shell) in [*shell.user_ns["results"].values(), *vars(shell.user_ns["box"]).values()]
