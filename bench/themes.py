"""Themes in 100,000 comments of both languages: processor time and memory, and how well they follow topics.

    python -m bench themes [--comments 100000] [--themes 0] [--no-peer] [--selection]

Comments are made by putting sentences of our own labelled comments together (never two of other topics or languages).
The promise: under two minutes on two cores. Beside it, in a process of its own and on the same comments, what most
would write: scikit-learn's tf-idf with our words, and k-means. Both are judged by the topics that people marked in our
corpus (only comments with one topic) and by the share of themes that hold at least a tenth of each language. With
`--selection` these are the comments of a selection, and 20,000 others are read to say what is commoner here.
"""

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import time
from collections import defaultdict

from allears.understand.text.corpus import Comment, corpus

BUDGET = 120.0
REST = 20_000
SENTENCE = re.compile(r"[^.!?。！？]+[.!?。！？]*")


def made(comments: int, *, seed: int = 0) -> tuple[list[str], list[str]]:
    """Texts, and the topic of each."""
    rng, shelves = random.Random(seed), defaultdict(list)
    for each in corpus():
        if topic := topic_of(each):
            shelves[each.language, topic].append(SENTENCE.findall(each.text))
    places = sorted(shelves)
    weights = [len(shelves[place]) for place in places]
    texts, topics = [], []
    for language, topic in rng.choices(places, weights, k=comments):
        one, two = rng.choice(shelves[language, topic]), rng.choice(shelves[language, topic])
        picked = [rng.choice(one), *rng.sample(two, min(len(two), rng.randint(1, 2)))]
        texts.append(("" if language == "zh" else " ").join(sentence.strip() for sentence in picked))
        topics.append(topic)
    return texts, topics


def topic_of(comment: Comment) -> str:
    """The one topic of a comment; empty where it has none or several."""
    topics = {span.topic for span in comment.spans}
    return topics.pop() if len(topics) == 1 else ""


def ours(texts: list[str], themes: int) -> list[int]:
    from allears.understand.themes.contracts import Request
    from allears.understand.themes.finding import find

    return find(Request(texts=texts, wanted=themes or None)).labels


def selection(texts: list[str], themes: int) -> list[int]:
    from allears.understand.themes.contracts import Request
    from allears.understand.themes.finding import find

    others, _ = made(REST, seed=1)
    return find(Request(texts=texts, rest=others, wanted=themes or None)).labels


def peer(texts: list[str], themes: int) -> list[int]:
    from sklearn.cluster import KMeans
    from sklearn.feature_extraction.text import TfidfVectorizer

    from allears.understand.themes.words import features, read

    matrix = TfidfVectorizer(analyzer=lambda text: features(read(text)), min_df=3, max_features=24_000)
    found = KMeans(themes, n_init=1, random_state=0).fit_predict(matrix.fit_transform(texts))
    return [int(label) for label in found]


def measured(who: str, comments: int, themes: int) -> None:
    """One line of JSON: figures of one way, in this process."""
    import numpy as np

    from allears.science.clustering import adjusted_rand, mutual_information
    from allears.understand.themes.words import read

    texts, topics = made(comments)
    wall, used = time.perf_counter(), time.process_time()
    labels = np.array({"ours": ours, "selection": selection, "peer": peer}[who](texts, themes))
    wall, used = time.perf_counter() - wall, time.process_time() - used
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    names = sorted(set(topics))
    truth, placed = np.array([names.index(topic) for topic in topics]), labels >= 0
    is_zh = np.array([read(text).language == "zh" for text in texts])
    shares = [is_zh[labels == at].mean() for at in set(labels[placed].tolist())]
    figures = {
        "cpu": used,
        "wall": wall,
        "memory": memory,
        "nmi": mutual_information(labels[placed], truth[placed]),
        "ari": adjusted_rand(labels[placed], truth[placed]),
        "mixed": float(np.mean([0.1 <= share <= 0.9 for share in shares])),
        "themes": len(shares),
        "placed": float(placed.mean()),
    }
    print(json.dumps(figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, default=100_000)
    parser.add_argument("--themes", type=int, default=0, help="how many; 0: as many as the comments hold")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--selection", action="store_true", help="beside 20,000 comments of elsewhere")
    given = parser.parse_args()
    themes = given.themes
    mine = "selection" if given.selection else "ours"
    for who in [mine] if given.no_peer else [mine, "peer"]:
        code = f"from bench.themes import measured; measured({who!r}, {given.comments}, {themes})"
        ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        found = json.loads(ran.stdout.splitlines()[-1])
        name = {"ours": "themes", "selection": "of a selection"}.get(who, "tf-idf and k-means")
        print(
            f"{name:>18}: {found['cpu']:.1f} s of CPU ({found['wall']:.1f} s passed), {found['memory']:.0f} MB; "
            f"NMI {found['nmi']:.3f}, ARI {found['ari']:.3f}, {found['themes']} themes, {found['mixed']:.0%} of them "
            f"in both languages, {found['placed']:.0%} of comments placed"
        )
        themes = found["themes"]
        if who == mine and given.comments >= 100_000:
            print(f"   promise: under {BUDGET:.0f} s: {'kept' if found['cpu'] < BUDGET else 'BROKEN'}")


if __name__ == "__main__":
    main()
