import nox

nox.options.default_venv_backend = "none"


@nox.session
def lint(session: nox.Session) -> None:
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    session.run("mypy", "src")


@nox.session
def tests(session: nox.Session) -> None:
    session.run("pytest", "tests/unit", "tests/integration", "--cov=tickets", "--cov-report=term-missing")


@nox.session
def data_tests(session: nox.Session) -> None:
    session.run("pytest", "tests/data")


@nox.session
def model_tests(session: nox.Session) -> None:
    session.run("pytest", "tests/model")
