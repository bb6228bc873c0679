# make run      set up, index corpus/, serve http://127.0.0.1:8000
# make test     set up with the development extras, then lint, types and every test
# make install  the set-up alone
# make eval     measure the gold questions and write the scores into the READMEs
# make eval-verification  measure how drafts are checked, on held-out reports of training/
# make eval-gate  measure which claims of a language model would be said
# make eval-generation  what is shown of a model's words that makes most of them up, and what checking costs
# make fit      fit the weights of ranking and confidence on the written questions of training/
# make train    teach the models on the questions of training/ (four hours on two cores)
# make torture  kill, starve and damage indexes a thousand times and write the counts into docs/reliability.md
#               (IPQA_TORTURE=100 make torture: a hundred times)
# make load     fifty users for three minutes, a rush and slow clients, written into docs/reliability.md
#               (IPQA_LOAD=30 make load: half a minute; IPQA_LOAD_READER=1: with the reader model)
# make fuzz     an hour of inputs that are made to break the readers (Linux; IPQA_FUZZ=600 make fuzz: ten minutes)
# make schema   more than five thousand requests that are made from the description of the API, written there too
# make bench    how fast everything is, beside LangChain, LlamaIndex, Haystack and txtai too (installs each of them),
#               written into docs/performance.md; PARTS="answers throughput" make bench: these alone
# make bench-scale  what an index costs from a thousand passages to a million (a quarter of an hour, 20 GB of disk)
# make predict-scale  what an index of 10, 100 and 1,000 million passages would cost, from what make bench-scale measured
# make bench-milvus  the same of an index at Milvus Lite, written into docs/scaling.md (ten thousand passages;
#               SIZES="10000 100000 1000000" make bench-milvus: these, as far as they fit; hours and 60 GB of disk)
# make bench-reading  how fast files are read, by format
# make sbom     write a bill of materials (CycloneDX) of what is installed with ipqa, models included, to dist/
# make audit    look up known vulnerabilities of it (needs a network; says so where there is none)
# make screenshots  the pictures of docs/images (needs Chromium)
# make bench-page  how fast the page is, with a report of 300 pages too (needs Chromium)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test install eval eval-verification eval-gate eval-generation fit train torture load fuzz schema bench bench-scale bench-milvus predict-scale bench-reading bench-page sbom audit screenshots clean
.DEFAULT_GOAL := run

run: install
	$(BIN)/ipqa build
	$(BIN)/ipqa serve

install: $(VENV)/.installed

test: $(VENV)/.installed-for-development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "ipqa needs Python 3.11 or later. Name one with: make PYTHON=python3.11 / Python 3.11 以上が必要です。"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-for-development: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.installed

eval: $(VENV)/.installed-for-development
	$(BIN)/ipqa build
	$(BIN)/python -m eval.measure

eval-verification: $(VENV)/.installed-for-development
	$(BIN)/python -m eval.measure_verification training/indexes/verification --families held-out

eval-gate: $(VENV)/.installed-for-development
	$(BIN)/python -m eval.measure_gate

eval-generation: $(VENV)/.installed-for-development
	$(BIN)/python -m eval.measure_generation

fit: $(VENV)/.installed-for-development
	$(BIN)/python -m training.fit

train: $(VENV)/.installed-for-development
	$(BIN)/python -m training.embedder
	$(BIN)/python -m training.export embedder
	$(BIN)/python -m training.reader
	$(BIN)/python -m training.export reader

torture: export IPQA_TORTURE ?= 1000
torture: export IPQA_KEEP_TRIALS = 1
torture: $(VENV)/.installed-for-development
	$(BIN)/python -m pytest -m torture tests/torture

load: export IPQA_LOAD ?= 180
load: export IPQA_KEEP_TRIALS = 1
load: $(VENV)/.installed-for-development
	$(BIN)/python -m pytest -m load tests/load

fuzz: export IPQA_FUZZ ?= 3600
fuzz: export IPQA_KEEP_TRIALS = 1
fuzz: $(VENV)/.installed-for-development
	$(BIN)/python -m pip install --quiet --editable '.[fuzz]'
	$(BIN)/python -m pytest -m fuzz tests/fuzz

schema: export IPQA_SCHEMA ?= 170
schema: export IPQA_KEEP_TRIALS = 1
schema: $(VENV)/.installed-for-development
	$(BIN)/python -m pytest tests/server/test_description.py -k made_from_the_description

bench: $(VENV)/.installed-for-development
	$(BIN)/python -m eval.bench $(PARTS)

bench-scale: export OMP_NUM_THREADS = 1
bench-scale: export OPENBLAS_NUM_THREADS = 1
bench-scale: $(VENV)/.installed-for-development
	$(BIN)/python -m eval.bench_scale

predict-scale: $(VENV)/.installed-for-development
	$(BIN)/python -m eval.predict_scale

bench-milvus: export OMP_NUM_THREADS = 1
bench-milvus: export OPENBLAS_NUM_THREADS = 1
bench-milvus: $(VENV)/.installed-for-development
	$(BIN)/python -m eval.bench_milvus $(if $(SIZES),--sizes $(SIZES))

bench-reading: $(VENV)/.installed-for-development
	$(BIN)/python -m eval.bench_reading

bench-page: $(VENV)/.installed-for-development
	$(BIN)/python -m eval.bench_page

sbom: $(VENV)/.installed-for-development
	$(BIN)/python -m supply.sbom dist/ipqa.cdx.json

audit: $(VENV)/.installed-for-development
	$(BIN)/python -m supply.audit

screenshots: $(VENV)/.installed-for-development
	IPQA_SCREENSHOTS=docs/images $(BIN)/python -m pytest tests/browser/test_screenshots.py

clean:
	rm -rf $(VENV) index/current index/generations index/readings
