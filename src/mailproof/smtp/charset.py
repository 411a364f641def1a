"""Decodes a reply that is not UTF-8: servers answer in the charset of their language, and no reply names it.

RFC 5321 section 2.4 has ASCII, RFC 6531 section 3.7.4 UTF-8; nothing else is standard, so this is a guess: each charset
that fits the bytes is rated by how usual its characters are in its languages, and the best one is taken. Where none is
plausible, what is not UTF-8 is replaced by U+FFFD. Never raises; the time is linear, with a bounded sample. Pure.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

_SAMPLE = 512  # bytes of a reply that are rated
_ESCAPES = (b"\x1b$", b"\x1b(")  # the beginnings of ISO-2022-JP's sequences (RFC 1468)

# Ratings are natural logarithms of a character's frequency in texts of the charset's languages, roughly.
_ASCII = -3.0
_LEAST = -6.3  # a rating of a byte on average, below which a charset is not plausible
_LEAST_JAPANESE = -9.0  # of a character in ISO-2022-JP, whose escape sequences may also stand for something else
_SYMBOL = -9.0
_MISPLACED = -5.0  # more for a capital within a word, and for a sign within a word

_RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"  # by frequency
_WESTERN = "éèàùçêâîôûäöüßñóáíúãõåøæ"
_CENTRAL = "ąęłśćżźńóáéíýčěřšťůúžňďőűäöüß"
_PUNCTUATION = "–—’‘“”„…«»№€°"
_HANZI = frozenset(
    "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可"
    "她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手用主行方又如前所本见经头面公同三已"
    "用户名密码错误邮箱件地址不存在拒绝收发送信认证失败授权登录账号帐已被停冻结禁止限制超过频率请稍后再试"
    "联系管理员服务器内容包含垃圾病毒域名无效黑单连接数量太大空间满容未通过验需要先身份异常安全原因反"
    "您的客端协议设置开启功能访问网页解析查询策略系统临时繁忙"
)
_HANZI_TRADITIONAL = frozenset(
    "的一是不了在人有我他這中大來上個國到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可"
    "使用者名稱密碼錯誤郵件信箱位址不存在拒絕收發送寄認證失敗授權登入帳號已被停用封鎖禁止限制超過頻率請稍後再試"
    "聯絡管理員伺服器內容包含垃圾病毒網域無效黑單連線數量太大空間滿未通過驗需要先身份異常安全原因反您"
)
_KANJI = frozenset(
    "日一人大年本中長出三時上分後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川千水"
    "認証失敗使用者名前迷惑判定拒否受信送信制限超容量接続存在必要不正無効確認設定変更管理者連絡利用停止"
    "許可登録宛先差出人通信暗号化再度試行時間経過規制対象内部検出添付件数過多満杯以上現在一致"
)
_HANGUL = frozenset(
    "이다는을를의에가고하지로은니한사스도자기서인시습합입있없어아수리나과대일정해보전우만부용주여제"
    "메일계발송신인증실패비밀번호올바르않찾존재차단초량한문의관로그필요접속거연결오류잘못된되었세"
)


@dataclass(frozen=True, slots=True)
class _Charset:
    """A charset that servers use.

    Attributes:
        codec: Its name in Python.
        rate: Rates a decoded text.
        paired: Whether a character beyond ASCII must be of two bytes beyond ASCII. GBK's and UHC's other characters
            are rare, and would swallow ASCII characters of other texts.
    """

    codec: str
    rate: Callable[[str], float]
    paired: bool = False


def decode(data: bytes, *, cut_off: bool = False) -> str:
    """Return a reply's text.

    Args:
        data: The text of all lines, so that they are decoded alike.
        cut_off: Whether the end is missing, so that the last character may be incomplete.
    """
    if data.isascii():
        return _japanese(data) if any(escape in data for escape in _ESCAPES) else data.decode("ascii")
    text = _strict(data, "utf-8", cut_off=cut_off)
    if text is not None:
        return text
    replaced = data.decode("utf-8", "replace")
    wrong = replaced.count("\ufffd")
    if sum(not character.isascii() for character in replaced) > 3 * wrong:
        return replaced  # UTF-8, damaged in a few places
    sample, whole = data[:_SAMPLE], len(data) <= _SAMPLE
    best, rating = "", _LEAST * len(sample) * 4
    for charset in _CHARSETS:
        decoded = _strict(sample, charset.codec, cut_off=cut_off or not whole)
        if decoded is None or (charset.paired and not _is_paired(sample, decoded)):
            continue
        rated = charset.rate(decoded)
        beyond = rated - _ASCII * sum(map(str.isascii, decoded))
        if rated > rating and beyond >= _LEAST * sum(byte >= 0x80 for byte in sample):
            best, rating = charset.codec, rated
    return data.decode(best, "replace") if best else replaced


def readings(text: str) -> set[str]:
    """Return what may become of a text in some charset that is decoded as another one, for masking it."""
    forms = set()
    for source in ("utf-8", *CODECS):
        try:
            raw = text.encode(source)
        except UnicodeError:
            continue
        for codec in ("utf-8", *CODECS):
            # Behind a byte that takes the first one of the text for its second, too.
            forms |= {raw.decode(codec, "replace"), (b"\xb0" + raw).decode(codec, "replace")[1:]}
    return {form.strip("\ufffd") for form in forms}


def _japanese(data: bytes) -> str:
    """Return an ASCII text with the escape sequences of ISO-2022-JP decoded, where that makes a Japanese text."""
    text = _strict(data, "iso2022_jp", cut_off=True)
    if text is None or "\x1b" in text:
        return data.decode("ascii")
    beyond = "".join(character for character in text[:_SAMPLE] if not character.isascii())
    return text if _rate_japanese(beyond) >= _LEAST_JAPANESE * len(beyond) else data.decode("ascii")


def _strict(data: bytes, codec: str, *, cut_off: bool) -> str | None:
    """Return a decoded text; None where the bytes are not in the charset."""
    try:
        return codecs.getincrementaldecoder(codec)().decode(data, final=not cut_off)
    except UnicodeError:
        return None


def _is_paired(data: bytes, text: str) -> bool:
    return sum(byte >= 0x80 for byte in data) // 2 <= sum(not character.isascii() for character in text)


def _by_rank(letters: str, first: float, last: float) -> dict[str, float]:
    """Return ratings of letters that are ordered by frequency."""
    step = (last - first) / (len(letters) - 1)
    return {letter: first + place * step for place, letter in enumerate(letters)}


def _rate_letters(text: str, letters: Mapping[str, float], other: float) -> float:
    """Rate a text in an alphabet, whose letters have the given ratings."""
    rating = 0.0
    for before, character in pairwise(f" {text}"):
        if character.isascii():
            rating += _ASCII
        elif character.isalpha():
            rating += letters.get(character.lower(), other)
            if character.isupper():
                rating += -0.3 if before.isupper() or not before.isalpha() else _MISPLACED
        else:
            rating += -5.5 if character in _PUNCTUATION else _SYMBOL
            rating += _MISPLACED if before.isalpha() and character not in _PUNCTUATION else 0.0
    return rating


_CYRILLIC = _by_rank(_RUSSIAN, -2.2, -6.0)
_LATIN = dict.fromkeys(_WESTERN, -4.0) | {"ê": -5.0, "æ": -5.5, "å": -5.5, "ø": -5.5} | {"¿": -5.0, "¡": -5.0}
_SLAVIC = dict.fromkeys(_CENTRAL, -4.0)


def _borders(text: str) -> float:
    """Rate how often a word mixes ASCII's letters with others, which is usual in the Latin script alone."""
    mixed = sum(
        before.isalpha() and after.isalpha() and before.isascii() is not after.isascii()
        for before, after in pairwise(text)
    )
    return -2.0 * mixed


def _rate_russian(text: str) -> float:
    alone = sum(not character.isascii() and character.isalpha() for character in text) < 3
    return _rate_letters(text, _CYRILLIC, -8.0) + 2 * _borders(text) + (_MISPLACED if alone else 0.0)


def _rate_western(text: str) -> float:
    inverted = sum(character in "¿¡" for character in text)  # no sign within a word, and usual in Spanish
    return _rate_letters(text, _LATIN, -6.0) + inverted * 4.0


def _rate_central(text: str) -> float:
    letters = [character for character in text.lower() if character.isalpha() and character.isascii()]
    hints = sum(character in "kwyzj" for character in letters)  # rare in the west, where German has the same "ä"
    return _rate_letters(text, _SLAVIC, -7.5) - (0.5 if hints > len(letters) / 10 else 2.0)


def _rate_han(usual: frozenset[str], codec: str, rare: int) -> Callable[[str], float]:
    """Return what rates Chinese: the usual characters, those of the charset's first level, and the others.

    Args:
        usual: The characters that are usual in such texts.
        codec: The charset.
        rare: The first byte from which on its characters are rare.
    """

    def rate(text: str) -> float:
        rating = _borders(text)
        for character in text:
            if character.isascii():
                rating += _ASCII
            elif character in usual:
                rating += -6.0
            elif "\u4e00" <= character <= "\u9fff":
                rating += -8.2 if character.encode(codec)[0] < rare else -13.0
            else:
                rating += -6.5 if character in "，。：、；！？（）“”《》「」" else -14.0
        return rating

    return rate


def _rate_japanese(text: str) -> float:
    rating = _borders(text)
    for character in text:
        if character.isascii():
            rating += _ASCII
        elif "\u3041" <= character <= "\u3093":
            rating += -4.0
        elif "\u30a1" <= character <= "\u30fc":
            rating += -4.5
        elif character in _KANJI:
            rating += -6.0
        elif "\u4e00" <= character <= "\u9fff":
            rating += -8.5 if character.encode("shift_jis", "replace")[0] < 0x98 else -13.0
        elif "\uff61" <= character <= "\uff9f":  # half width, of one byte
            rating += -7.5
        else:
            rating += -5.5 if character in "、。「」・！？：（）" else -14.0
    return rating


def _rate_korean(text: str) -> float:
    rating = _borders(text)
    for character in text:
        if character.isascii():
            rating += _ASCII
        elif character in _HANGUL:
            rating += -5.3
        else:
            rating += -8.0 if "\uac00" <= character <= "\ud7a3" else -14.0
    return rating


_CHARSETS = (
    _Charset("cp1252", _rate_western),
    _Charset("cp1250", _rate_central),
    _Charset("iso8859_2", _rate_central),
    _Charset("cp1251", _rate_russian),
    _Charset("koi8_r", _rate_russian),
    _Charset("gbk", _rate_han(_HANZI, "gbk", 0xD8), paired=True),
    _Charset("big5", _rate_han(_HANZI_TRADITIONAL, "big5", 0xC7)),
    _Charset("shift_jis", _rate_japanese),
    _Charset("euc_jp", _rate_japanese),
    _Charset("euc_kr", _rate_korean, paired=True),
)
CODECS = tuple(charset.codec for charset in _CHARSETS)
"""The charsets that a reply may be decoded with, beside UTF-8 and ISO-2022-JP."""
