"""That the scripts which measure speed run, on a tiny encoder."""

from benchmarks import growth, speed


def test_speed_is_measured_of_inference_and_of_training(encoder_folder, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["speed", "--encoder", str(encoder_folder), "--documents", "2", "--repeats", "1"])
    speed.main()
    shown = capsys.readouterr().out
    assert shown.count("straightforward  ") == 2
    for contender in ("bare encoder", "Predictor.pipe", "docre component", "training step"):
        assert f"\n{contender} " in shown


def test_growth_is_measured_and_drawn(encoder_folder, monkeypatch, tmp_path, capsys):
    for sizes in ("TOKENS", "ENTITIES", "BATCHES", "REASONED"):
        monkeypatch.setattr(growth, sizes, (3, 6))
    figure = tmp_path / "growth.svg"
    options = ["--encoder", str(encoder_folder), "--repeats", "1", "--plot", str(figure)]
    monkeypatch.setattr("sys.argv", ["growth", *options])
    growth.main()
    assert capsys.readouterr().out.count("\n     6 ") == 5
    assert figure.exists()
