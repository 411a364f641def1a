"""Words that say nothing by themselves and may stand between the words of a term: "not (been) verified". Data."""

from __future__ import annotations

_WORDS = {
    "en": "a an the be been being is are was were has have had yet currently still properly any this that your our "
    "its their his my of for also",
    "de": "der die das den dem des ein eine einer eines einem einen ist sind war wird werden wurde wurden sein noch "
    "mehr derzeit leider hier ihr ihre ihrem ihren ihrer dieses diese diesem dieser als",
    "fr": "le la les l un une du de des d est sont ete etre encore plus votre vos ce cet cette a actuellement",
    "es": "el la los las un una es son ha han sido esta estan fue ser todavia aun ya su sus este esta de del",
    "it": "il lo la i gli le un una e sono stato stata stati state ancora piu essere del della dei di da questo",
    "pt": "o a os as um uma e sao foi foram sido esta estao ainda mais ser do da dos das de seu sua este esta",
    "ru": "был была было были еще более больше ваш ваша вашего вашей этот этого этой",
}

FILLERS = frozenset(word for words in _WORDS.values() for word in words.split())
