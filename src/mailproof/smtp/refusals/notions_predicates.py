"""What a refusal says about its subject, in nine languages. Data: notion -> language -> terms; a star: any ending."""

from __future__ import annotations

PREDICATES: dict[str, dict[str, str]] = {
    "NEG": {
        "en": "not, no, without, unable, never, none, missing, lack*, neither, nor",
        "de": "nicht, kein*, ohne, fehlt, fehlend*, nie",
        "fr": "ne, pas, aucun*, sans, non, ni, absence, manquant*",
        "es": "no, sin, falta, ningun*, ni, carece",
        "it": "non, senza, nessun*, mancant*, manca, no",
        "pt": "nao, sem, nenhum*, falta, ausente",
        "ru": "не, нет, без, отсутству*, нельзя, невозможно, ни",
        "zh": "不, 未, 无, 没有, 無, 沒有, 非, 没, 尚未, 无法, 無法",
        "ja": "ない, ません, なし, 無, 不, 未, ず, なかっ",
    },
    "WRONG": {
        "en": "incorrect*, invalid*, wrong*, bad, fail*, not accepted, unsuccess*, mismatch*, not correct, "
        "not valid, error*, "
        "unrecognized, unrecognised, reject*, denied, refused, unknown, does not match, do not "
        "match, revoked, expired, "
        "could not be verified, not match, not recognized, was not recognized, failure, authorization failed",
        "de": "falsch*, ungültig*, fehlgeschlagen*, inkorrekt*, fehler*, nicht korrekt, stimmt nicht, unbekannt*, "
        "nicht erfolgreich, abgelehnt, verweigert, gescheitert, nicht gültig, stimmen nicht, "
        "fehlerhaft*, schlug fehl",
        "fr": "incorrect*, invalid*, erron*, echou*, echec*, refus*, mauvais*, faux, erreur*, non valide*, "
        "rejet*, inconnu*",
        "es": "incorrect*, invalid*, fallid*, fallo, falla, error*, erron*, equivocad*, no valid*, "
        "rechazad*, denegad*, desconocid*",
        "it": "errat*, invalid*, non valid*, fallit*, sbagliat*, non corrett*, errore, non riuscit*, "
        "rifiutat*, negat*, fallimento, scorrett*",
        "pt": "incorret*, invalid*, falhou, falha*, errad*, erro, nao valid*, recusad*, negad*, rejeitad*, incorrect*",
        "ru": "неверн*, неправильн*, ошибк*, неудач*, не удалось, не прошл*, отказ*, недействительн*, "
        "отклонен*, некорректн*, "
        "не пройден*, не выполнен*, неуспешн*, недопустим*",
        "zh": "错误, 失败, 不正确, 无效, 錯誤, 失敗, 不正確, 無效, 有误, 不匹配, 被拒绝, 不接受, 有誤, "
        "未通过, 不合法, 不对, 为空, 不通过",
        "ja": "失敗, 無効, 誤, 間違, 正しく, エラー, 不正, 拒否, 一致しま, できませ, 受け入れられませ",
    },
    "DENIED": {
        "en": "denied, deny, denies, refuse*, reject*, prohibit*, not permitted, not allowed, forbid*, "
        "disallow*, not authorized, "
        "unauthorized, not accept*, not accepted, can not be accepted, declined, no permission, not "
        "permit*, not authorised, "
        "does not allow, do not allow, not allow*, will not accept, not have permission*, unable to "
        "accept, barred, impossible, "
        "unauthorised, not supported, not have permission, not entitled, do not accept, does not "
        "accept, unacceptable, not support, can not send",
        "de": "abgelehnt*, verweigert*, nicht erlaubt, zurückgewiesen*, nicht gestattet, nicht zugelassen, "
        "untersagt, "
        "nicht zulässig, nicht berechtigt, verboten, nicht akzeptiert, unzulässig*, nicht annehmen, "
        "nicht angenommen, "
        "nicht möglich, ablehn*, keine berechtigung, abgewiesen*",
        "fr": "refus*, rejet*, non autoris*, pas autoris*, interdi*, pas permis, pas accept*, non accept*, "
        "non permis, pas le droit, bloque*",
        "es": "rechaz*, deneg*, no permitid*, prohibid*, no autorizad*, no se permite, no admitid*, no "
        "acepta*, no se acepta*, sin permiso",
        "it": "rifiutat*, negat*, non consentit*, non autorizzat*, vietat*, respint*, non permess*, non "
        "ammess*, non accett*, non abilitat*",
        "pt": "recusad*, rejeitad*, negad*, nao permitid*, nao autorizad*, proibid*, nao aceit*, sem "
        "permissao, nao e permitid*, nao tem permissao",
        "ru": "отклон*, отказ*, запрещ*, не разреш*, не допуска*, отверг*, не принима*, недопустим*, не "
        "принят*, запрет*, нет прав",
        "zh": "拒绝, 拒收, 禁止, 不允许, 不允許, 拒絕, 被拒, 不接受, 未授权, 未授權, 无权, 無權, 不支持, "
        "不被允许, 不可, 不能, 没有权限, 不接收, 退回, 未经授权, 拦截",
        "ja": "拒否, 禁止, 許可され, 許可しま, 受け付け, 権限があり, 許されて, 受け入れられ, 許可",
    },
    "UNKNOWN": {
        "en": "unknown, not exist*, does not exist, nonexistent, inexistent, non existent, not found, no "
        "such, not known, "
        "unrecognized, invalid, undeliverable, not a valid, no longer exists, unrouteable, "
        "unroutable, not valid, not here, "
        "can not be found, could not be found, no mailbox, not recognized, no valid, not our customer, dosn't exist, "
        "dosn, not listed, not registered, nosuchuser, doesnotexist, no user, not local, "
        "recipientnotfound, unresolvable, "
        "not have a, not resolve*, no account, bad, terminated, could not find, can not find, "
        "notfound, couldn, no longer valid, isn't valid, does not have",
        "de": "unbekannt*, existiert nicht, nicht gefunden, nicht bekannt, nicht vorhanden, nicht "
        "existent, existieren nicht, "
        "ungültig*, nicht existier*, kein postfach, kein solcher, gibt es nicht, nicht zustellbar, nicht auflösbar",
        "fr": "inconnu*, n existe pas, introuvable*, inexistant*, non trouve*, pas trouve*, invalide*, n "
        "existe plus, "
        "n a pas ete trouve*, existe pas, non reconnu*, non valide",
        "es": "no existe*, desconocid*, no encontrad*, inexistente*, no se encuentra, no se encontro, no "
        "se ha encontrado, "
        "invalid*, no valid*, no es valid*, no se pudo encontrar",
        "it": "sconosciut*, non esist*, inesistent*, non trovat*, non valid*, invalid*, non e stato "
        "trovato, non risult*",
        "pt": "nao existe*, desconhecid*, nao encontrad*, inexistente*, invalid*, nao foi encontrad*, nao "
        "cadastrad*, nao localizad*, nao valid*",
        "ru": "не существует, неизвест*, не найден*, не зарегистрирован*, недопустим*, неверн*, "
        "отсутствует, нет такого, "
        "несуществующ*, не обнаружен*, не существующ*",
        "zh": "不存在, 未找到, 找不到, 无法找到, 查无, 查無, 未注册, 没有找到, 無法找到, 无此, 無此, 无效, "
        "無效, 未知, 没有此, 不可达, 并不存在",
        "ja": "存在しま, 存在し, 見つかり, 不明, 該当, 見当たり, ありません, 無効, 登録されて",
    },
    "NOW": {
        "en": "temporar*, try again, try later, later, retry, again, at this time, right now, currently, "
        "moment, tempfail, "
        "transient, wait, come back, deferred, tempfailed, delayed, momentarily",
        "de": "vorübergehend*, später, erneut, temporar*, momentan, zur zeit, zurzeit, derzeit, nochmal*, noch einmal",
        "fr": "temporaire*, plus tard, reessay*, provisoire*, momentan*, ulterieurement",
        "es": "temporal*, mas tarde, reintent*, vuelva, intente*, intentelo, momentane*",
        "it": "temporane*, piu tardi, riprov*, momento, momentane*",
        "pt": "temporari*, mais tarde, tente, novamente, momento, provisori*",
        "ru": "временн*, позже, позднее, повтор*, попробуйте, попытк*",
        "zh": "临时, 暂时, 稍后, 重试, 稍後, 暫時, 臨時, 再试, 重試, 稍候, 重新",
        "ja": "一時的, 後で, 再試行, しばらく, 再度, 一時, のちほど",
    },
    "EXCEEDED": {
        "en": "exceed*, exeeded, reached, exhausted, used up, hit, too many, surpass*, achieved, overlimit, "
        "overdrawn, above, out of, run out, consumed, insufficient, not enough, depleted, over "
        "quota, spent, max out, maxed, "
        "exceeding, overquota, too much, over limit, over the limit, beyond, exceeds, over its, over "
        "their, over your",
        "de": "überschritt*, erreicht*, aufgebraucht, ausgeschöpft*, überschreit*, erschöpft, zu viele, "
        "zuviele, verbraucht, uber",
        "fr": "depass*, atteint*, epuis*, trop de, excede*, insuffisant*, consomme*",
        "es": "excedid*, superad*, alcanzad*, agotad*, excede*, supera, demasiad*, excedio, ha alcanzado, "
        "supero, insuficiente, sobrepas*",
        "it": "superat*, raggiunt*, esaurit*, eccedut*, tropp*, supera, oltre, insufficient*",
        "pt": "excedid*, atingid*, ultrapassad*, esgotad*, excedeu, atingiu, ultrapassou, excede, muit*, "
        "insuficiente, demasiad*",
        "ru": "превы*, исчерпан*, достигнут*, слишком много, сверх, достиг*, недостаточно, израсходован*",
        "zh": "超过, 超出, 超限, 已达, 达到, 用完, 用尽, 超過, 達到, 已達, 过多, 不足, 耗尽, 超额, 過多, 太多, 上限",
        "ja": "超え, 超過, 達し, 超えて, 多すぎ, 不足, 到達, オーバー",
    },
    "TOO_MANY": {
        "en": "too many, too much, excessive, excessively, too often, too frequent*, too fast, too "
        "quickly, so many, max, maximum, "
        "limit*, exceed*, unusual rate, high volume, excess",
        "de": "zu viele, zuviele, zu viel, zuviel, zu oft, zu häufig, zu schnell, maximal*, überschritt*, limit*",
        "fr": "trop, trop de, trop souvent, excessif*, depass*, limite*",
        "es": "demasiad*, excesiv*, excedid*, limite*, maximo*, muchos, muchas",
        "it": "tropp*, eccessiv*, superat*, limite, massimo",
        "pt": "muit*, demasiad*, excessiv*, excedid*, limite*, maximo*",
        "ru": "слишком много, слишком часто, превы*, лимит*, множеств*, слишком",
        "zh": "过多, 太多, 過多, 过于频繁, 频繁, 頻繁, 超过, 超過, 超出, 上限, 限制, 次数过多",
        "ja": "多すぎ, 頻繁, 超え, 上限, 制限, 過剰",
    },
    "FREQUENT": {
        "en": "short time, short period, too rapid*, rate, rates, too fast, too quickly, too frequent*, frequency, "
        "throttl*, slow down, ratelimit*, too often, rate limit*, per minute, per second, a minute, a second, "
        "throttled, unusual rate, rate exceeded, excessive rate, flood*, bursts, high rate, in a short time, "
        "overly frequent, slowdown",
        "de": "langsamer, zu schnell, zu häufig, kurzer zeit, kürzester zeit, zu rasch, zu oft, rate, pro minute, "
        "pro sekunde, drossel*, gedrosselt",
        "fr": "ralentissez, trop rapide*, peu de temps, trop frequemment, tres court, trop vite, trop souvent, "
        "trop frequent*, cadence, debit, par minute, frequence, ralenti*",
        "es": "mas despacio, demasiado rapido, poco tiempo, demasiado deprisa, demasiado frecuente*, corto tiempo, "
        "tan rapido, muy rapido, frecuencia, frecuente*, por minuto, tasa, velocidad",
        "it": "rallent*, troppo veloc*, troppo rapid*, poco tempo, breve tempo, troppo frequent*, frequenza, "
        "troppo spesso, al minuto, frequent*, velocita",
        "pt": "mais devagar, muito rapido, pouco tempo, curto espaco, curto periodo, rapido demais, frequencia, "
        "por minuto, taxa, frequente*, velocidade, muito rapidamente",
        "ru": "медленнее, слишком част*, короткое время, короткий промежуток, короткий период, слишком часто, "
        "слишком быстро, частот*, скорост*, в минуту, часто",
        "zh": "短时间, 短時間, 过于频繁, 速度, 频率, 频繁, 过快, 頻率, 頻繁, 太快, 每分钟, 每分鐘, 频度, 太频繁, "
        "速率, 限流, 过频",
        "ja": "間隔, 短時間, 短い時間, 速度, 頻度, 頻繁, 短すぎ, 速すぎ, 毎分, 短時間, レート, 流量",
    },
}
